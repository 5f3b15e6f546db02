import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { v7 } from "uuid";
import type { Connection } from "../../../lib/adapters/dynamodb/client.ts";
import { createEventStore } from "../../../lib/adapters/dynamodb/event-store.ts";
import { createIdempotencyRecords } from "../../../lib/adapters/dynamodb/idempotency.ts";
import type { CommandAnswer, CommandPorts } from "../../../lib/core/command/command-request.ts";
import { createContention } from "../../../lib/core/command/contention.ts";
import { execute } from "../../../lib/core/command/execute.ts";
import { identifyRequest } from "../../../lib/core/command/idempotency.ts";
import { defaultSnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import { createStateCache } from "../../../lib/core/log/state-cache.ts";
import { createMeter, type Meter, type Usage } from "../../../lib/core/meter.ts";
import type { Sealer } from "../../../lib/core/personal/sealing.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import account from "../../../lib/domains/account/index.ts";

/** Seals to as many bytes as real sealing gives; nobody can open them. */
const sealer: Sealer = {
  seal: async (_, values) =>
    values.map(
      (value) => new Uint8Array(randomBytes(45 + Buffer.byteLength(JSON.stringify(value)))),
    ),
};

const tables = { events: eventTable.name, idempotency: idempotencyTable.name };

/** Who sends a command, and under which idempotency key. */
export interface Sending {
  readonly by: string;
  readonly key?: string;
}

/** What some work used of the store, and what became of it. */
export interface Priced<T> {
  readonly used: Usage;
  readonly result: PromiseSettledResult<T>;
}

/** A warm function of the bank: it shares the log with others, and remembers states of its own. */
export interface Bank {
  readonly ports: CommandPorts;
  /** Sends the command of a route to an account. */
  send(id: string, route: string, body: object, sending: Sending): Promise<CommandAnswer>;
  /** Does some work with ports on a meter of its own. */
  priced<T>(work: (ports: CommandPorts) => Promise<T>): Promise<Priced<T>>;
  /** Sends a command as an operation of its own, and tells what it used. */
  sendPriced(...sent: Parameters<Bank["send"]>): Promise<Priced<CommandAnswer>>;
}

const stepsOf = (id: string, route: string, body: object) => {
  const target = account.routes[route];
  if (target === undefined) throw new Error(`There is no command ${route}.`);
  if (typeof target !== "string") return target.steps(id, body);
  const command = account.commands.parse(target, body);
  return [{ id, command: () => command }];
};

const carryOut = (
  ports: CommandPorts,
  ...[id, route, body, { by, key }]: Parameters<Bank["send"]>
): Promise<CommandAnswer> =>
  execute(ports, {
    domain: account,
    steps: stepsOf(id, route, body),
    caller: { sub: by, admin: false, auditor: false },
    correlationId: randomUUID(),
    causationId: randomUUID(),
    ...(key === undefined ? {} : { idempotency: identifyRequest(by, key, [id, route, body]) }),
  });

/** A function that has just started; `others` replace ports of its own. */
export const createBank = (connection: Connection, others: Partial<CommandPorts> = {}): Bank => {
  const lasting = {
    states: createStateCache(),
    contention: createContention(),
    sealer,
    policy: defaultSnapshotPolicy,
    now: Date.now,
    random: Math.random,
    newId: () => v7(undefined, new Uint8Array(16)),
    sleep: (ms: number) => sleep(ms),
  };
  const portsBy = (meter: Meter): CommandPorts => {
    const client = connection.metered(meter);
    const store = createEventStore(client, tables);
    const records = createIdempotencyRecords(client, tables.idempotency);
    return { ...lasting, store, records, ...others };
  };
  const ports = portsBy(createMeter());
  const priced: Bank["priced"] = async (work) => {
    const meter = createMeter();
    const [result] = await Promise.allSettled([work(portsBy(meter))]);
    return { used: meter.used, result };
  };
  return {
    ports,
    send: (...sent) => carryOut(ports, ...sent),
    priced,
    sendPriced: (...sent) => priced((own) => carryOut(own, ...sent)),
  };
};

/** What is said when an account is opened. */
export const opening = (initialBalance: number) => ({
  owner: { name: "Ada Lovelace", email: "ada@example.org" },
  currency: "USD",
  initialBalance,
});
