import { AsyncLocalStorage } from "node:async_hooks";
import { type ConsumedCapacity as Consumed, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
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

const scope = new AsyncLocalStorage<Meter>();

/** Runs one request's work; what it uses of the store is counted on its own meter. */
export const withMeter = <T>(meter: Meter, work: () => Promise<T>): Promise<T> =>
  scope.run(meter, work);

/** What the request at hand has used of the store so far; undefined outside `withMeter`. */
export const usedSoFar = (): Usage | undefined => scope.getStore()?.used;

/** Counts a conditional write that failed: it is charged, but DynamoDB does not tell how much. */
export const countRefusedWrite = (writeUnits: number): void =>
  scope.getStore()?.add({ writeUnits });

const countUnits = (meter: Meter, output: object, isRead: boolean): void => {
  const { ConsumedCapacity = [] }: { ConsumedCapacity?: Consumed | Consumed[] } = output;
  const all = Array.isArray(ConsumedCapacity) ? ConsumedCapacity : [ConsumedCapacity];
  // A transaction that is sent again after it was done costs a read instead of a write.
  for (const { CapacityUnits = 0, ReadCapacityUnits } of all)
    meter.add(
      isRead || ReadCapacityUnits ? { readUnits: CapacityUnits } : { writeUnits: CapacityUnits },
    );
};

const isRead = (commandName = ""): boolean =>
  /^(Get|BatchGet|TransactGet|Query|Scan)/.test(commandName);

/** Makes every attempt of a client be counted on the meter of the request that it is made for. */
const metered = (client: DynamoDBClient): DynamoDBClient => {
  client.middlewareStack.add(
    (next, { commandName }) => {
      const reads = isRead(commandName);
      return async (args) => {
        const meter = scope.getStore();
        if (!meter) return next(args);
        const input = { ...args.input, ReturnConsumedCapacity: "TOTAL" as const };
        const result = await next({ ...args, input });
        countUnits(meter, result.output, reads);
        return result;
      };
    },
    { step: "initialize", name: "countUnits" },
  );
  client.middlewareStack.add(
    (next) => (args) => {
      scope.getStore()?.add({ roundTrips: 1 });
      return next(args);
    },
    { step: "deserialize", name: "countRoundTrips", priority: "low" },
  );
  return client;
};

/**
 * For every call the SDK copies its configuration four times, which V8 does nine times faster once it no longer holds
 * that as a dictionary: a tenth to a quarter of a call's processor time.
 */
const quick = <C extends DynamoDBClient | DynamoDBDocumentClient>(client: C): C => {
  toFastProperties(client.config);
  return client;
};

/**
 * The client of a process. Connections stay open between requests; every attempt is counted on the
 * request's meter.
 */
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
  return quick(DynamoDBDocumentClient.from(metered(client), { marshallOptions }));
};

const plainTwins = new WeakMap<DynamoDBDocumentClient, DynamoDBClient>();

/**
 * The twin of a document client that speaks in attribute values, over the same connections. It puts its middleware
 * together once for each kind of command, which a document client cannot: a quarter of the processor time of a put.
 */
export const plainClient = (documents: DynamoDBDocumentClient): DynamoDBClient => {
  const known = plainTwins.get(documents);
  if (known) return known;
  const { region, credentials, requestHandler, maxAttempts } = documents.config;
  const shared = { region, credentials, requestHandler, maxAttempts };
  const twin = quick(metered(new DynamoDBClient({ ...shared, cacheMiddleware: true })));
  plainTwins.set(documents, twin);
  return twin;
};
