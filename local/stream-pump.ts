import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  type Shard,
} from "@aws-sdk/client-dynamodb-streams";
import { openCheckpoint } from "./checkpoint.ts";
import type { DeliveryOptions } from "./deliver.ts";
import { createDisorder } from "./disorder.ts";
import { type Follower, followShard } from "./follow-shard.ts";
import { errorText } from "./startup-fault.ts";

/** Settings of a mapping that have defaults; the names are those of Lambda's own. */
export interface PumpSettings {
  readonly batchSize: number;
  readonly retriesMax: number;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Pause between reads that find nothing: what a reader feels as lag when nobody calls `wake`. */
  readonly pollMs: number;
  /** How many times as long as a delivery took is rested, when writers were many meanwhile; 3 s at most. */
  readonly restFactor: number;
  /** For tests: records come out of order, twice and late, the same way for the same seed. */
  readonly disorderSeed?: number;
}

/** A mapping of a stream to a function. */
export interface PumpOptions extends Pick<DeliveryOptions, "function" | "onDiscard"> {
  readonly client: DynamoDBStreamsClient;
  readonly streamArn: string;
  /** File that keeps how far the stream was delivered. */
  readonly checkpointPath: string;
  readonly settings?: Partial<PumpSettings>;
  log(line: string): void;
}

/** A running mapping. */
export interface StreamPump {
  /** Says that something was written, so that it is read at once. */
  wake(): void;
  /** Resolves when everything that was written before this call was delivered or given up. */
  idle(): Promise<void>;
  /** Ends after the call at hand; what it leaves comes again at the next start. */
  stop(): Promise<void>;
}

/** As in the stack, but for the delays. */
export const defaultPumpSettings: PumpSettings = {
  batchSize: 1_000,
  retriesMax: 5,
  backoffMs: 50,
  backoffMaxMs: 2_000,
  pollMs: 50,
  restFactor: 16,
};

const retryMs = 250;

const listShards = async (
  client: DynamoDBStreamsClient,
  streamArn: string,
): Promise<readonly Shard[]> => {
  const shards: Shard[] = [];
  let start: string | undefined;
  do {
    const { StreamDescription } = await client.send(
      new DescribeStreamCommand({
        StreamArn: streamArn,
        ...(start !== undefined && { ExclusiveStartShardId: start }),
      }),
    );
    shards.push(...(StreamDescription?.Shards ?? []));
    start = StreamDescription?.LastEvaluatedShardId;
  } while (start !== undefined);
  return shards;
};

/**
 * Starts to hand a stream's records to a function, as a Lambda event source mapping does: from the start of the stream
 * or from its checkpoint, in order per shard, a shard after its parent, at least once. The engine keeps its records and
 * their numbers over restarts, so that a position stays valid; one that is not begins the stream anew.
 */
export const startStreamPump = async (options: PumpOptions): Promise<StreamPump> => {
  const { client, streamArn, checkpointPath } = options;
  const settings = { ...defaultPumpSettings, ...options.settings };
  const { disorderSeed } = settings;
  const checkpoint = await openCheckpoint(checkpointPath, streamArn);
  const stopping = new AbortController();
  const { signal } = stopping;
  const followers = new Map<string, Follower>();

  const isDue = (shards: readonly Shard[], { ShardId = "", ParentShardId }: Shard): boolean => {
    const isClosed = (id: string): boolean => checkpoint.get(id)?.closed ?? false;
    const parent = shards.find((other) => other.ShardId === ParentShardId)?.ShardId;
    const isReady = parent === undefined || isClosed(parent);
    return isReady && !isClosed(ShardId) && !followers.has(ShardId);
  };

  const discover = async (): Promise<void> => {
    const shards = await listShards(client, streamArn);
    for (const { ShardId: shard = "" } of shards.filter((each) => isDue(shards, each))) {
      const follower = followShard({
        ...settings,
        function: options.function,
        onDiscard: options.onDiscard,
        log: options.log,
        address: { client, streamArn, shard },
        checkpoint,
        signal,
        disorder: disorderSeed === undefined ? undefined : createDisorder(disorderSeed),
      });
      followers.set(shard, follower);
      void follower.done.then(() => {
        followers.delete(shard);
        discovered = rediscover();
      });
    }
  };

  /** Finds the shards that follow one that has ended. */
  const rediscover = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        return await discover();
      } catch (error) {
        options.log(`The shards of the stream could not be listed: ${errorText(error)}`);
        await sleep(retryMs);
      }
    }
  };

  const idle = async (): Promise<void> => {
    const asked = [...followers.values()];
    await Promise.all(asked.map((follower) => follower.caughtUp()));
    await discovered;
    const isNew = (follower: Follower): boolean => !asked.includes(follower);
    if ([...followers.values()].some(isNew)) await idle();
  };

  let discovered = discover();
  await discovered;
  return {
    wake: () => {
      for (const follower of followers.values()) follower.ring();
    },
    idle,
    stop: async () => {
      stopping.abort();
      const ending = [...followers.values()];
      for (const follower of ending) follower.ring();
      await Promise.all(ending.map(({ done }) => done));
    },
  };
};
