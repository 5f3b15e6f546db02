import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { MeteredClient } from "../lib/adapters/dynamodb/client.ts";
import { createEventStore } from "../lib/adapters/dynamodb/event-store.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import type { Loaded } from "../lib/core/log/loaded.ts";
import { eventTable, idempotencyTable } from "../lib/core/system/tables.ts";
import { streamArnOf } from "../local/create-tables.ts";
import type { LocalFunction } from "../local/function.ts";
import { loadFunctions } from "../local/functions.ts";
import { type StreamPump, startStreamPump } from "../local/stream-pump.ts";
import { accountHistory, nextOfAccount, unopened } from "./histories.ts";

/** A steady load: commands that come at the same distance whatever becomes of those before. */
export interface Load {
  readonly perSecond: number;
  readonly commands: number;
  readonly streams: number;
}

/** How long after its sending each command was in every view, in milliseconds, ascending; calls of the projector. */
export interface Lag {
  readonly ms: readonly number[];
  readonly calls: number;
}

/** The projector behind the log's stream, on an engine, and what is noted of its work. */
export interface LagWatch {
  /** Sends a load and waits until all of it is in the views. */
  measure(name: string, load: Load, progress: (done: number) => void): Promise<Lag>;
  stop(): Promise<void>;
}

const Keys = z.object({
  stream: z.object({ S: z.string() }),
  version: z.object({ N: z.string() }),
});
const Batch = z.object({ Records: z.array(z.object({ dynamodb: z.object({ Keys }) })) });

const keyOf = ({ stream, version }: Pick<Commit, "stream" | "version">): string =>
  `${stream}@${version}`;

const keysIn = (event: unknown): readonly string[] =>
  Batch.parse(event).Records.map(({ dynamodb: { Keys: key } }) =>
    keyOf({ stream: key.stream.S, version: Number(key.version.N) }),
  );

/** Waits for something that another part of the process brings about; refuses to wait for ever. */
const until = async (isSo: () => boolean, waitMs: number): Promise<void> => {
  const deadline = performance.now() + waitMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`The views were not there in ${waitMs} ms.`);
    await sleep(5);
  }
};

const settleMs = 60_000;

/** Sends the next commit of each account in turn. */
const send = async (
  name: string,
  { perSecond, commands, streams }: Load,
  append: (commit: Commit) => Promise<void>,
  progress: (done: number) => void,
): Promise<void> => {
  const heads = new Map<number, Loaded>();
  const start = performance.now();
  const sent: Promise<void>[] = [];
  for (let at = 0; at < commands; at++) {
    await sleep(Math.max(0, start + (at * 1000) / perSecond - performance.now()));
    const turn = at % streams;
    const before = heads.get(turn) ?? unopened(`${name}-${turn}`);
    const { commit, loaded } = nextOfAccount(before, `owner-${name}-${turn}`);
    heads.set(turn, loaded);
    sent.push(append(commit));
    progress(at / commands);
  }
  await Promise.all(sent);
};

/** Starts the projector behind the stream of the event table, as the local host does. */
export const watchLag = async (client: MeteredClient): Promise<LagWatch> => {
  const directory = await mkdtemp(join(tmpdir(), "everfold-bench-"));
  const streams = new DynamoDBStreamsClient({});
  const plain = new DynamoDBClient({});
  const projector = (await loadFunctions(["projector"]))("projector");
  const sentAt = new Map<string, number>();
  let ms: number[] = [];
  let calls = 0;
  const noting: LocalFunction = {
    ...projector,
    handler: async (event, context) => {
      const answer = await projector.handler(event, context);
      const now = performance.now();
      calls += 1;
      for (const key of keysIn(event)) ms.push(now - (sentAt.get(key) ?? Number.NaN));
      return answer;
    },
  };
  const pump: StreamPump = await startStreamPump({
    client: streams,
    streamArn: await streamArnOf(plain, eventTable.name),
    function: noting,
    checkpointPath: join(directory, "projector.json"),
    onDiscard: async ({ reason }) => {
      throw new Error(reason);
    },
    log: () => undefined,
  });
  const names = { events: eventTable.name, idempotency: idempotencyTable.name };
  const store = createEventStore(client, names);
  const append = async (commit: Commit): Promise<void> => {
    sentAt.set(keyOf(commit), performance.now());
    await store.append([commit]);
    pump.wake();
  };
  return {
    measure: async (name, load, progress) => {
      ms = [];
      calls = 0;
      await send(name, load, append, progress);
      await until(() => ms.length >= load.commands, settleMs);
      return { ms: ms.toSorted((left, right) => left - right), calls };
    },
    stop: async () => {
      await pump.stop();
      streams.destroy();
      plain.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** Milliseconds of bare puts of a commit, one after the other on an idle engine; ascending. */
export const barePuts = async (
  client: MeteredClient,
  count: number,
): Promise<readonly number[]> => {
  const ms: number[] = [];
  for (const commit of accountHistory("bare", "owner-bare", count)) {
    const Item = { ...commit, key: keyOf(commit) };
    const start = performance.now();
    await client.send(new PutCommand({ TableName: idempotencyTable.name, Item }));
    ms.push(performance.now() - start);
  }
  return ms.toSorted((left, right) => left - right);
};
