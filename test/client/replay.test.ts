import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { readOpened } from "../../lib/client/opened.ts";
import { createReplay, type Intent } from "../../lib/client/replay.ts";
import { type Domain, streamIdOf, streamOf } from "../../lib/core/domain/domain.ts";
import { Refusal } from "../../lib/core/errors.ts";
import type { HistoryItem } from "../../lib/core/log/history.ts";
import { Command } from "../../lib/domains/account/account.ts";
import account from "../../lib/domains/account/index.ts";
import cart from "../../lib/domains/cart/index.ts";
import document from "../../lib/domains/document/index.ts";
import playback from "../../lib/domains/playback/index.ts";
import ride from "../../lib/domains/ride/index.ts";
import { createCommandProcess } from "../command-process.ts";
import { openedHistory } from "./opened-history.ts";

const ann = { sub: "ann", admin: false, auditor: false };
const time = "2026-11-01T12:00:00.000Z";
const owner = { name: "Ann", email: "ann@example.com" };
const intent = (name: string, body: unknown = {}): Intent => ({
  name,
  body,
  options: undefined,
  time,
});

/** What a client knows of a stream after its history was answered. */
const known = (domain: Domain, items: readonly HistoryItem[]): readonly HistoryItem[] =>
  items.map((item) => ({ ...item, data: readOpened(domain.events, item) }));

const numbered = fc.integer({ min: 0, max: 4 });
const amount = fc.record({ amount: fc.integer({ min: 0, max: 60 }) });
const line = fc.record({ sku: fc.constantFrom("a", "b"), quantity: numbered });
const texts = fc.constantFrom("one\n", "one\ntwo\n", "three");

/** What may be asked of each domain by its owner, fitting or not, by route. */
const requests: readonly [Domain, Readonly<Record<string, fc.Arbitrary<unknown>>>][] = [
  [
    account,
    {
      open: fc.record({ owner: fc.constant(owner), currency: fc.constantFrom("USD", "usd") }),
      deposit: amount,
      withdraw: amount,
      transfer: fc.record({ to: fc.constantFrom("1", "b"), amount: fc.integer({ max: 60 }) }),
      close: fc.constant({}),
    },
  ],
  [ride, { book: fc.constant({ pickup: "A", destination: "B" }), cancel: fc.constant({}) }],
  [
    cart,
    {
      add: line.map((each) => ({ ...each, price: 3 })),
      remove: line,
      checkout: fc.constant({}),
    },
  ],
  [
    playback,
    {
      start: fc.record({ position: numbered }, { requiredKeys: [] }),
      progress: fc.record({ position: numbered }),
      stop: fc.record({ position: numbered }),
      finish: fc.constant({}),
    },
  ],
  [
    document,
    {
      create: fc.record({ title: fc.constantFrom("T", ""), body: texts }),
      edit: fc.record({ body: texts }),
      rename: fc.record({ title: fc.constantFrom("T", "U") }),
      revert: fc.record({ to: numbered }),
    },
  ],
];

/** Sends what a server would make of a request; false when it is refused. */
const sendRequest = async (
  process: ReturnType<typeof createCommandProcess>,
  domain: Domain,
  id: string,
  { name, body }: Intent,
): Promise<boolean> => {
  const route = domain.routes[name];
  try {
    if (route === undefined) throw new Error(`There is no ${name}.`);
    if (typeof route !== "string") await process.sendSteps(route.steps(id, body));
    else await process.send(id, domain.commands.parse(route, body));
    return true;
  } catch (error) {
    if (error instanceof Refusal || error instanceof z.core.$ZodError) return false;
    throw error;
  }
};

describe("what a client expects", () => {
  test.each(requests.map(([domain, bodies]) => [domain.collection, domain, bodies] as const))(
    "is what the server decides: %s",
    async (_, domain, bodies) => {
      const asked = fc.oneof(
        ...Object.entries(bodies).map(([name, body]) =>
          fc.record({ name: fc.constant(name), body }),
        ),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(asked, { maxLength: 12 }), async (all) => {
          const process = createCommandProcess({ domain });
          if (domain === account)
            await process.send("b", Command.parse("Open", { owner, currency: "USD" }));
          const id = streamIdOf(domain, "1", ann);
          const replay = createReplay(domain, "1", "ann");
          const history = () => openedHistory(domain, process, streamOf(domain, id));
          for (const { name, body } of all) {
            process.clock.advance(1_000);
            const asking = {
              ...intent(name, body),
              time: new Date(process.clock.now()).toISOString(),
            };
            const expected = replay.expect(known(domain, history()), asking);
            const before = history();
            const isDone = await sendRequest(process, domain, id, asking);
            expect(replay.show(expected)).toEqual(replay.show(known(domain, history())));
            expect(expected.map(({ version, type }) => [version, type])).toEqual(
              history().map(({ version, type }) => [version, type]),
            );
            if (!isDone) expect(history()).toEqual(before);
          }
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe("a replayed document", () => {
  const replay = createReplay(account, "1", "ann");
  const opened: HistoryItem = {
    version: 1,
    type: "AccountOpened",
    data: { owner, ownerId: "ann", currency: "USD", initialBalance: 5 },
    time,
    actor: "ann",
  };

  test("is the one that the domain shows, personal values in clear", () => {
    expect(replay.show(known(account, [opened]))).toEqual({
      id: "1",
      version: 1,
      owner,
      ownerId: "ann",
      currency: "USD",
      balance: 5,
      totalDeposits: 0,
      status: "open",
      openedAt: time,
    });
  });

  test("is none before the first event", () => {
    expect(replay.show([])).toBeUndefined();
  });

  test("of somebody who was erased goes on without what is gone", () => {
    const data = { ...Object(opened.data), owner: { name: null, email: null } };
    const events = known(account, [{ ...opened, data }]);
    expect(replay.show(replay.expect(events, intent("deposit", { amount: 2 })))).toMatchObject({
      balance: 7,
      owner: { name: null, email: null },
      erased: true,
    });
  });

  test("of a user's own stream has the id that stands in its path", () => {
    const mine = createReplay(playback, "dune", "auth0|ann");
    const events = mine.expect([], intent("start", { position: 7 }));
    expect(mine.show(events)).toMatchObject({ title: "dune", version: 1, position: 7 });
  });
});

describe("an expected event", () => {
  const replay = createReplay(account, "1", "ann");
  const body = { owner, currency: "USD" };

  test("never is earlier than the one before it, whatever the client's clock says", () => {
    const later = { ...intent("open", body), time: "2026-11-01T13:00:00.000Z" };
    const events = replay.expect(replay.expect([], later), intent("deposit", { amount: 1 }));
    expect(events.map((event) => event.time)).toEqual([later.time, later.time]);
  });

  test("is none where the body does not fit", () => {
    expect(replay.expect([], intent("open", { ...body, currency: 7 }))).toEqual([]);
    expect(replay.expect([], intent("transfer", { to: "b" }))).toEqual([]);
  });

  test("cannot be had of a command that there is not", () => {
    expect(() => replay.expect([], intent("explode"))).toThrow("There is no command explode.");
  });
});
