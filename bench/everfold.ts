import { randomUUID } from "node:crypto";
import { v7 } from "uuid";
import { writeItems } from "../lib/adapters/dynamodb/batches.ts";
import {
  connect,
  createDocumentClient,
  type MeteredClient,
} from "../lib/adapters/dynamodb/client.ts";
import { createEventStore } from "../lib/adapters/dynamodb/event-store.ts";
import { createIdempotencyRecords } from "../lib/adapters/dynamodb/idempotency.ts";
import type { CommandPorts } from "../lib/core/command/command-request.ts";
import { createContention } from "../lib/core/command/contention.ts";
import { execute } from "../lib/core/command/execute.ts";
import { Refusal } from "../lib/core/errors.ts";
import { buildCommit, type CommitFacts } from "../lib/core/log/build-commit.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { emptyStream } from "../lib/core/log/loaded.ts";
import { defaultSnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { createStateCache } from "../lib/core/log/state-cache.ts";
import { createMeter } from "../lib/core/meter.ts";
import { eventTable, idempotencyTable } from "../lib/core/system/tables.ts";
import type { Contender, Outcome, Writer } from "./contender.ts";
import { type Deposit, eventAt, owner } from "./deposit.ts";
import { withoutStream } from "./engine.ts";
import account from "./everfold-account.ts";
import { createTally, measured } from "./measured.ts";
import { placed, type Surroundings } from "./surroundings.ts";

const names = { events: eventTable.name, idempotency: idempotencyTable.name };
const caller = { sub: owner, admin: false, auditor: false };

/** The accounts hold nothing personal, so that nothing is ever sealed. */
const sealer = {
  seal: async () => {
    throw new Error("There is nothing to seal.");
  },
};

const factsAt = (now: number): CommitFacts => ({
  id: v7(undefined, new Uint8Array(16)),
  time: new Date(now).toISOString(),
  actor: owner,
  correlationId: randomUUID(),
  causationId: randomUUID(),
  subjects: [],
});

/** The commits of an account's history, as commands would have made them; so many events in each. */
export function* commitsOf(
  id: string,
  length: number,
  perCommit = 1,
  now: () => number = Date.now,
): Generator<Commit> {
  let before = emptyStream(account, `account-${id}`);
  while (before.version < length) {
    const { version } = before;
    const count = Math.min(perCommit, length - version);
    const events = Array.from({ length: count }, (_, index) => eventAt(version + index));
    const built = buildCommit(account, before, events, factsAt(now()), defaultSnapshotPolicy);
    before = built.loaded;
    yield built.commit;
  }
}

const send = async (ports: CommandPorts, id: string, deposit: Deposit): Promise<Outcome> => {
  const command = account.commands.parse("Deposit", deposit);
  const requestId = randomUUID();
  const request = {
    domain: account,
    steps: [{ id, command: () => command }],
    caller,
    correlationId: requestId,
    causationId: requestId,
  };
  try {
    await execute(ports, request);
    return "accepted";
  } catch (error) {
    if (error instanceof Refusal && error.kind === "conflict") return "crowded";
    throw error;
  }
};

/** What a function that has just started remembers. */
const emptyMemory = () => ({ states: createStateCache(), contention: createContention() });

const start = (memory: Contender["memory"], surroundings: Surroundings): Writer => {
  const tally = createTally();
  const { clock } = surroundings;
  const connection = connect(placed(measured(createDocumentClient(), tally), surroundings));
  placed(measured(connection.twin, tally), surroundings);
  const lasting = {
    ...clock,
    ...emptyMemory(),
    sealer,
    policy: defaultSnapshotPolicy,
    newId: () => v7(undefined, new Uint8Array(16)),
  };
  const portsBy = (client: MeteredClient): CommandPorts => ({
    ...lasting,
    ...(memory === "warm" ? {} : emptyMemory()),
    store: createEventStore(client, names),
    records: createIdempotencyRecords(client, names.idempotency),
  });
  return {
    tally,
    deposit: (id, deposit) => send(portsBy(connection.metered(createMeter())), id, deposit),
    grow: (id, length) =>
      writeItems(
        connection.metered(createMeter()),
        names.events,
        [...commitsOf(id, length, 1, clock.now)].map((commit) => ({ put: { ...commit } })),
      ),
    close: () => connection.destroy(),
  };
};

/** The tables that our own commands need. */
const tables = [withoutStream(eventTable), idempotencyTable];

const contender = (memory: Contender["memory"]): Contender => ({
  name: "everfold",
  memory,
  tables,
  start: (surroundings) => start(memory, surroundings),
});

/** This project, as a function that has just started. */
export const cold = contender("cold");

/** This project, as a function that has seen the stream before. */
export const warm = contender("warm");
