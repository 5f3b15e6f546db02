import type {
  CommandAnswer,
  CommandPorts,
  CommandRequest,
} from "../lib/core/command/command-request.ts";
import { createContention } from "../lib/core/command/contention.ts";
import { execute } from "../lib/core/command/execute.ts";
import { identifyRequest } from "../lib/core/command/idempotency.ts";
import type { Caller } from "../lib/core/domain/access.ts";
import type { Domain, Step } from "../lib/core/domain/domain.ts";
import type { Message } from "../lib/core/domain/message.ts";
import { Refusal } from "../lib/core/errors.ts";
import { defaultSnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { createStateCache } from "../lib/core/log/state-cache.ts";
import type { Sealer } from "../lib/core/personal/sealing.ts";
import { createClock, createDice, type FakeClock } from "./clock.ts";
import { jar } from "./jar.ts";
import { createMemoryEventStore, type MemoryEventStore } from "./memory-event-store.ts";

/** A sealer that seals nothing, knows who was erased, and counts. */
export interface FakeSealer extends Sealer {
  readonly erased: Set<string>;
  readonly sealedFor: string[];
}

/** A sealer for which nobody is erased yet. */
export const createFakeSealer = (): FakeSealer => {
  const erased = new Set<string>();
  const sealedFor: string[] = [];
  return {
    erased,
    sealedFor,
    seal: async (subject, values) => {
      if (erased.has(subject)) throw new Refusal("gone", `${subject} was erased.`);
      sealedFor.push(subject);
      return values.map((value) => new TextEncoder().encode(JSON.stringify([subject, value])));
    },
  };
};

/** How a command is sent; Ann sends it unless somebody else is named. */
export interface Sending {
  readonly by?: string;
  readonly admin?: boolean;
  readonly ifMatch?: number;
  /** Idempotency key. */
  readonly key?: string;
  /** Body that the fingerprint covers, when it is not the command's own. */
  readonly body?: unknown;
  readonly correlationId?: string;
}

/** One warm function: it remembers states, and shares the log with others. */
export interface CommandProcess {
  readonly ports: CommandPorts;
  /** Sends a command to the stream of an id. */
  send(id: string, command: Message, sending?: Sending): Promise<CommandAnswer>;
  /** Sends a request of several steps. */
  sendSteps(steps: readonly Step<Message, Message>[], sending?: Sending): Promise<CommandAnswer>;
}

/** What processes may share, and how they differ. */
export interface ProcessOptions extends Partial<CommandPorts> {
  readonly domain?: Domain;
  readonly store?: MemoryEventStore;
  readonly clock?: FakeClock;
}

let ids = 0;
const newId = (): Uint8Array => {
  const id = new Uint8Array(16);
  ids += 1;
  new DataView(id.buffer).setUint32(12, ids);
  return id;
};

const callerNamed = ({ by = "ann", admin = false }: Sending): Caller => ({
  sub: by,
  admin,
  auditor: false,
});

/** A warm function that has just started. */
export const createCommandProcess = ({
  domain = jar,
  clock = createClock(),
  store = createMemoryEventStore({ now: clock.now }),
  ...others
}: ProcessOptions = {}): CommandProcess & { store: MemoryEventStore; clock: FakeClock } => {
  const ports: CommandPorts = {
    store,
    states: createStateCache(),
    contention: createContention(),
    records: store.records,
    sealer: createFakeSealer(),
    policy: defaultSnapshotPolicy,
    now: clock.now,
    random: createDice(),
    newId,
    sleep: clock.sleep,
    ...others,
  };
  const requestOf = (
    steps: readonly Step<Message, Message>[],
    body: unknown,
    sending: Sending,
  ): CommandRequest => {
    const caller = callerNamed(sending);
    const { ifMatch, key, correlationId = "correlation" } = sending;
    return {
      domain,
      steps,
      caller,
      correlationId,
      causationId: "causation",
      ...(ifMatch === undefined ? {} : { expectedVersion: ifMatch }),
      ...(key === undefined ? {} : { idempotency: identifyRequest(caller.sub, key, [body]) }),
    };
  };
  return {
    ports,
    store,
    clock,
    send: (id, command, sending = {}) => {
      const { body = { id, type: command.type, data: command.data } } = sending;
      return execute(ports, requestOf([{ id, command: () => command }], body, sending));
    },
    sendSteps: (steps, sending = {}) => {
      const { body = steps.map(({ id }) => id) } = sending;
      return execute(ports, requestOf(steps, body, sending));
    },
  };
};

/** Kind and facts of the refusal that a command met; throws when it met none. */
export const refusalOf = async (sent: Promise<unknown>): Promise<Refusal> => {
  const error: unknown = await sent.then(
    (answer) => new Error(`It was not refused: ${JSON.stringify(answer)}`),
    (cause) => cause,
  );
  if (error instanceof Refusal) return error;
  throw error;
};
