import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTables, streamArnOf } from "../../local/create-tables.ts";
import { type Engine, startEngine } from "../../local/engine.ts";
import type { Handler } from "../../local/function.ts";
import { type PumpSettings, type StreamPump, startStreamPump } from "../../local/stream-pump.ts";
import { streamsAt, tablesAt } from "./engine-client.ts";
import { numbers, recorder, versionsOf } from "./recorder.ts";

const name = "events";
const table = {
  name,
  partitionKey: { name: "stream", type: "S" },
  sortKey: { name: "version", type: "N" },
  stream: true,
  holds: "log",
} as const;

let home: string;
let engine: Engine;
let tables: DynamoDBClient;
let streams: DynamoDBStreamsClient;
let pumps: StreamPump[] = [];

const openEngine = async (): Promise<void> => {
  engine = await startEngine({ dbPath: join(home, "engine.db") });
  tables = tablesAt(engine.url);
  streams = streamsAt(engine.url);
  await createTables(tables, [table]);
};

const closeEngine = async (): Promise<void> => {
  await Promise.all(pumps.map((pump) => pump.stop()));
  pumps = [];
  tables.destroy();
  streams.destroy();
  await engine.stop();
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
  await openEngine();
});

afterEach(async () => {
  await closeEngine();
  await rm(home, { recursive: true, force: true });
});

const put = (stream: string, version: number) =>
  tables.send(
    new PutItemCommand({
      TableName: name,
      Item: {
        stream: { S: stream },
        version: { N: String(version) },
        id: { B: new Uint8Array([255, version % 256]) },
      },
    }),
  );

const putMany = async (from: number, to: number): Promise<void> => {
  for (let version = from; version <= to; version += 1) await put("account-1", version);
};

interface Following {
  readonly handler: Handler;
  readonly mapping?: string;
  readonly settings?: Partial<PumpSettings>;
  readonly onDiscard?: (records: readonly DynamoDBRecord[]) => void;
}

const checkpointPath = (mapping = "projector") => join(home, `${mapping}.json`);

const follow = async ({ handler, mapping, settings, onDiscard }: Following) => {
  const pump = await startStreamPump({
    client: streams,
    streamArn: await streamArnOf(tables, name),
    function: { name: mapping ?? "projector", handler, timeoutMs: 5_000 },
    checkpointPath: checkpointPath(mapping),
    settings: { backoffMs: 1, backoffMaxMs: 5, ...settings },
    onDiscard: async ({ records }) => onDiscard?.(records),
    log: (line) => {
      throw new Error(line);
    },
  });
  pumps.push(pump);
  return pump;
};

test("hands over what is written, in order, in batches, as Lambda does", async () => {
  const { handler, batches, versions } = recorder();
  await putMany(1, 25);
  const pump = await follow({ handler, settings: { batchSize: 10 } });
  await pump.idle();
  await putMany(26, 30);
  await pump.idle();
  expect(versions()).toEqual(numbers(1, 30));
  expect(Math.max(...batches.map((batch) => batch.length))).toBe(10);
  const record = batches[0]?.[0];
  expect(record).toMatchObject({
    eventName: "INSERT",
    eventSource: "aws:dynamodb",
    eventSourceARN: await streamArnOf(tables, name),
    dynamodb: {
      Keys: { stream: { S: "account-1" }, version: { N: "1" } },
      NewImage: { id: { B: Buffer.from([255, 1]).toString("base64") } },
      SequenceNumber: expect.stringMatching(/^\d+$/),
      StreamViewType: "NEW_IMAGE",
    },
  });
  expect(record?.dynamodb?.ApproximateCreationDateTime).toBeGreaterThan(1.7e9);
});

test("goes on where it was after a restart of engine and pump", async () => {
  const first = recorder();
  await putMany(1, 5);
  await (await follow({ handler: first.handler })).idle();
  await closeEngine();
  await openEngine();
  await putMany(6, 8);
  const second = recorder();
  await (await follow({ handler: second.handler })).idle();
  expect(first.versions()).toEqual(numbers(1, 5));
  expect(second.versions()).toEqual(numbers(6, 8));
});

test("a batch that was under way when it stopped comes again", async () => {
  await putMany(1, 3);
  let stopped: Promise<void> | undefined;
  const pump: StreamPump = await follow({
    handler: () => {
      stopped = pump.stop();
      throw new Error("failing while the host stops");
    },
  });
  await pump.idle();
  await stopped;
  const next = recorder();
  await (await follow({ handler: next.handler })).idle();
  expect(next.versions()).toEqual(numbers(1, 3));
});

test("a position that the stream does not have begins it anew", async () => {
  await putMany(1, 3);
  const first = recorder();
  const pump = await follow({ handler: first.handler });
  await pump.idle();
  await pump.stop();
  const shards = { "shardId-00000001-events": { sequence: "4000", closed: false } };
  const file = { stream: await streamArnOf(tables, name), shards };
  await writeFile(checkpointPath(), JSON.stringify(file));
  const second = recorder();
  await (await follow({ handler: second.handler })).idle();
  expect(second.versions()).toEqual(numbers(1, 3));
});

test("two mappings follow one stream, each at its own pace", async () => {
  await putMany(1, 10);
  const [projector, publisher] = [recorder(), recorder()];
  const first = await follow({ handler: projector.handler });
  await first.idle();
  await first.stop();
  await putMany(11, 15);
  const second = await follow({ handler: publisher.handler, mapping: "publisher" });
  await second.idle();
  expect(projector.versions()).toEqual(numbers(1, 10));
  expect(publisher.versions()).toEqual(numbers(1, 15));
});

test("one record that always fails is given up alone, and does not hold up the others", async () => {
  await putMany(1, 20);
  const taken: number[] = [];
  const discarded: number[] = [];
  const pump = await follow({
    handler: async (event) => {
      const versions = versionsOf((event as DynamoDBStreamEvent).Records);
      if (versions.includes(7)) throw new Error("7 is poison");
      taken.push(...versions);
    },
    settings: { retriesMax: 1 },
    onDiscard: (records) => discarded.push(...versionsOf(records)),
  });
  await pump.idle();
  expect(discarded).toEqual([7]);
  expect(taken).toEqual(numbers(1, 20).filter((version) => version !== 7));
});

test("idle waits for what was written before it, under a load that never ends", async () => {
  const { handler, versions } = recorder();
  const pump = await follow({ handler });
  let isWriting = true;
  let written = 0;
  const load = (async () => {
    while (isWriting) {
      await put("account-2", written + 1);
      written += 1;
    }
  })();
  await put("account-1", 1_000_000);
  const before = written;
  await pump.idle();
  const delivered = versions();
  isWriting = false;
  await load;
  expect(delivered).toContain(1_000_000);
  expect(delivered.length).toBeGreaterThan(before);
});

test("in disorder everything comes, some of it late or twice, and idle still waits for all", async () => {
  const seed = 20_261_125;
  const { handler, versions } = recorder();
  await putMany(1, 60);
  const pump = await follow({ handler, settings: { disorderSeed: seed, batchSize: 10 } });
  await pump.idle();
  const delivered = versions();
  const why = `seed ${seed}`;
  expect(new Set(delivered), why).toEqual(new Set(numbers(1, 60)));
  expect(delivered.length, why).toBeGreaterThan(60);
  expect(delivered, why).not.toEqual(delivered.toSorted((left, right) => left - right));
  await pump.stop();
  const next = recorder();
  await (await follow({ handler: next.handler })).idle();
  expect(next.versions(), why).toEqual([]);
});

test("rests after a busy delivery, for those who write, until somebody waits for the rest", async () => {
  const { handler, batches } = recorder();
  let delivered: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    delivered = resolve;
  });
  const writeOn = async (from: number, to: number): Promise<void> => {
    for (let version = from; version <= to; version += 1) {
      await put("account-1", version);
      pump.wake();
    }
  };
  const busy: Handler = async (event, context) => {
    if (batches.length === 0) {
      await writeOn(2, 30);
      setImmediate(delivered);
    }
    return handler(event, context);
  };
  const pump = await follow({ handler: busy, settings: { restFactor: 1_000_000 } });
  await put("account-1", 1);
  pump.wake();
  await first;
  await writeOn(31, 60);
  await pump.idle();
  expect(batches.map((batch) => batch.length)).toEqual([1, 59]);
});
