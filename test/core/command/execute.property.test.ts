import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import { chainStart } from "../../../lib/core/log/integrity.ts";
import { load } from "../../../lib/core/log/load.ts";
import { defaultSnapshotPolicy, type SnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import { verifyStream } from "../../../lib/core/log/verify-stream.ts";
import accounts from "../../../lib/domains/account/index.ts";
import { createClock } from "../../clock.ts";
import { type CommandProcess, createCommandProcess } from "../../command-process.ts";
import {
  expected,
  ids,
  type Model,
  type Request,
  request,
  send,
} from "../../domains/account/model.ts";
import { runs } from "../../effort.ts";
import { noSnapshots, snapshotEvery } from "../../jar-history.ts";
import { createMemoryEventStore, type MemoryEventStore } from "../../memory-event-store.ts";

const requests = fc.array(request, { minLength: 5, maxLength: 60, size: "max" });

const outcomeOf = async (process: CommandProcess, asked: Request): Promise<string> => {
  try {
    const { streams } = await send(process, asked);
    return streams.some(({ events }) => events.length > 0) ? "done" : "nothing";
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.facts.code ?? error.kind;
  }
};

const policies = {
  inline: defaultSnapshotPolicy,
  none: noSnapshots,
  "every event": snapshotEvery(1),
  "every 2 events": snapshotEvery(2),
  "every 3 events": snapshotEvery(3),
  "every 7 events": snapshotEvery(7),
} satisfies Record<string, SnapshotPolicy>;

const checkAgainst = async (model: Model, store: MemoryEventStore): Promise<void> => {
  for (const id of ids) {
    const stream = `account-${id}`;
    const { state, version } = await load(accounts, store, stream, { consistent: true });
    const account = model.get(id);
    const shown = account && {
      ownerId: account.owner,
      currency: account.currency,
      balance: account.balance,
      totalDeposits: account.deposits,
      status: account.isOpen ? "open" : "closed",
    };
    if (shown) expect(state).toMatchObject(shown);
    else expect(state).toBeNull();
    // Dense versions, an unbroken chain, times that never go back.
    expect(await verifyStream(store, stream, chainStart)).toMatchObject({ version });
  }
};

describe("any sequence of commands", () => {
  test.each(Object.entries(policies))(
    "gives the answers and states of the contract (snapshots: %s)",
    async (_, policy) => {
      await fc.assert(
        fc.asyncProperty(requests, async (asks) => {
          const clock = createClock();
          const store = createMemoryEventStore({ now: clock.now });
          const fresh = () => createCommandProcess({ domain: accounts, store, clock, policy });
          const model: Model = new Map();
          let warm = fresh();
          for (const asked of asks) {
            clock.advance(7);
            if (asked.isCold) warm = fresh();
            expect(await outcomeOf(warm, asked)).toBe(expected(model, asked));
          }
          await checkAgainst(model, store);
        }),
        runs(40),
      );
    },
  );

  test("gives them whatever happens to single writes", async () => {
    const fault = fc.constantFrom(
      "none",
      "lost-before",
      "lost-after",
      "lost-late",
      "conflict-untold",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(request, fault), { minLength: 5, maxLength: 60, size: "max" }),
        async (asks) => {
          const clock = createClock();
          const store = createMemoryEventStore({ now: clock.now });
          const fresh = () => createCommandProcess({ domain: accounts, store, clock });
          const model: Model = new Map();
          let warm = fresh();
          for (const [asked, mishap] of asks) {
            if (asked.isCold) warm = fresh();
            store.faults.splice(0, store.faults.length, mishap);
            expect(await outcomeOf(warm, asked)).toBe(expected(model, asked));
          }
          await checkAgainst(model, store);
        },
      ),
      runs(80),
    );
  });
});
