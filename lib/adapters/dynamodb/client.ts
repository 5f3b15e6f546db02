import {
  type $Command,
  type ConsumedCapacity as Consumed,
  DynamoDBClient,
  type DynamoDBClientResolvedConfig,
  type ServiceInputTypes as PlainInput,
  type ServiceOutputTypes as PlainOutput,
} from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  type DynamoDBDocumentClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/lib-dynamodb";
import toFastProperties from "to-fast-properties";
import type { Meter, Usage } from "../../core/meter.ts";

/** Bounds of one call to the store; attempts are the SDK's own, with its back-off. */
export interface ClientBounds {
  readonly attemptsMax: number;
  readonly connectionMs: number;
  /** How long the store may stay silent, before its answer or in the middle of it. */
  readonly silenceMs: number;
  readonly socketsMax: number;
}

/**
 * A silent store fails a call within 6 s, and a throttled one is waited for up to 3 s: a command
 * whose write is not answered still looks what became of it within the 15 s that its function has.
 */
export const clientBounds: ClientBounds = {
  attemptsMax: 3,
  connectionMs: 1_000,
  silenceMs: 2_000,
  socketsMax: 256,
};

/** Sends commands as a client of the SDK does; its ways with options and callbacks are left out, for none is counted. */
interface Sends<In extends object, Out extends PlainOutput, Config> {
  send<I extends In, O extends Out>(command: $Command<I, O, Config, In, Out>): Promise<O>;
}
type SendsDocuments = Sends<
  ServiceInputTypes,
  ServiceOutputTypes,
  DynamoDBDocumentClientResolvedConfig
>;
type SendsPlainly = Sends<PlainInput, PlainOutput, DynamoDBClientResolvedConfig>;

/** DynamoDB as one operation speaks to it: what a command uses is on the operation's meter once it is answered. */
export interface MeteredClient extends SendsDocuments {
  /**
   * Speaks in attribute values, over the same connections. Its middleware is put together once for each kind of
   * command, which a document client cannot: a quarter of the processor time of a put.
   */
  readonly plain: SendsPlainly;
  /** For what DynamoDB charges without telling: a conditional write that it refused. */
  readonly meter: Meter;
}

/** The connections of a process to DynamoDB; they stay open between operations. */
export interface Connection {
  /** The client that speaks in attribute values; what is sent with it itself is on nobody's meter. */
  readonly twin: DynamoDBClient;
  /** DynamoDB for one operation: cheap to make, and made for each. */
  metered(meter: Meter): MeteredClient;
  destroy(): void;
}

type Units = Pick<Usage, "readUnits" | "writeUnits">;

/** What answers were charged, by their metadata: a document client copies an answer, and hands on its metadata as it is. */
const unitsOfAnswers = new WeakMap<object, Units>();

const unitsOf = (output: object, isRead: boolean): Units => {
  const { ConsumedCapacity = [] }: { ConsumedCapacity?: Consumed | Consumed[] } = output;
  const all = Array.isArray(ConsumedCapacity) ? ConsumedCapacity : [ConsumedCapacity];
  let [readUnits, writeUnits] = [0, 0];
  // A transaction that is sent again after it was done costs a read instead of a write.
  for (const { CapacityUnits = 0, ReadCapacityUnits } of all)
    if (isRead || ReadCapacityUnits) readUnits += CapacityUnits;
    else writeUnits += CapacityUnits;
  return { readUnits, writeUnits };
};

const isRead = (commandName = ""): boolean =>
  /^(Get|BatchGet|TransactGet|Query|Scan)/.test(commandName);

/** Makes DynamoDB tell what each command uses, and remembers it with the answer. */
const asking = (client: DynamoDBClient): DynamoDBClient => {
  client.middlewareStack.add(
    (next, { commandName }) => {
      const reads = isRead(commandName);
      return async (args) => {
        const input = { ...args.input, ReturnConsumedCapacity: "TOTAL" as const };
        const result = await next({ ...args, input });
        const { output } = result;
        unitsOfAnswers.set(output.$metadata, unitsOf(output, reads));
        return result;
      };
    },
    { step: "initialize", name: "askForUnits" },
  );
  return client;
};

/** Counts a command by its answer or its error; one that failed before it was sent comes without attempts. */
const count = (meter: Meter, told: unknown): void => {
  const { $metadata = {} }: { $metadata?: { attempts?: number } } = Object(told);
  meter.add({ roundTrips: $metadata.attempts ?? 0, ...unitsOfAnswers.get($metadata) });
};

const counted = <In extends object, Out extends PlainOutput, Config>(
  clientOf: () => Sends<In, Out, Config>,
  meter: Meter,
): Sends<In, Out, Config> => ({
  send: async (command) => {
    try {
      const output = await clientOf().send(command);
      count(meter, output);
      return output;
    } catch (error) {
      count(meter, error);
      throw error;
    }
  },
});

/**
 * For every call the SDK copies its configuration four times, which V8 does nine times faster once it no longer holds
 * that as a dictionary: a tenth to a quarter of a call's processor time.
 */
const quick = <C extends DynamoDBClient | DynamoDBDocumentClient>(client: C): C => {
  toFastProperties(client.config);
  return client;
};

/** The document client of a process; what is sent with it itself is on nobody's meter. */
export const createDocumentClient = (
  bounds: ClientBounds = clientBounds,
): DynamoDBDocumentClient => {
  const sockets = { maxSockets: bounds.socketsMax, keepAlive: true };
  const client = new DynamoDBClient({
    maxAttempts: bounds.attemptsMax,
    requestHandler: {
      connectionTimeout: bounds.connectionMs,
      // `requestTimeout` would only warn, and end with the head of the answer.
      socketTimeout: bounds.silenceMs,
      httpAgent: sockets,
      httpsAgent: sockets,
    },
  });
  const marshallOptions = { removeUndefinedValues: true };
  return quick(DynamoDBDocumentClient.from(asking(client), { marshallOptions }));
};

const createTwin = ({ config }: DynamoDBDocumentClient): DynamoDBClient => {
  const { region, credentials, requestHandler, maxAttempts } = config;
  const shared = { region, credentials, requestHandler, maxAttempts };
  return quick(asking(new DynamoDBClient({ ...shared, cacheMiddleware: true })));
};

/** Connects a process, or what stands for one in a test; the twin is made when it is first needed. */
export const connect = (documents: DynamoDBDocumentClient = createDocumentClient()): Connection => {
  let made: DynamoDBClient | undefined;
  const twin = (): DynamoDBClient => (made ??= createTwin(documents));
  return {
    get twin() {
      return twin();
    },
    metered: (meter) => {
      const { send } = counted(() => documents, meter);
      return { send, plain: counted(twin, meter), meter };
    },
    destroy: () => documents.destroy(),
  };
};
