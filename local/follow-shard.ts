import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBRecord } from "aws-lambda";
import { createBell } from "./bell.ts";
import type { Checkpoint, Position } from "./checkpoint.ts";
import { type DeliveryOptions, deliver } from "./deliver.ts";
import type { Disorder } from "./disorder.ts";
import { readShard, type ShardAddress, type ShardRead } from "./shard.ts";
import { errorText } from "./startup-fault.ts";
import { createdSecond, sequenceOf } from "./stream-record.ts";

/** How a shard is followed. */
export interface FollowOptions extends DeliveryOptions {
  readonly address: ShardAddress;
  readonly checkpoint: Checkpoint;
  readonly batchSize: number;
  /** Pause between reads that find nothing. */
  readonly pollMs: number;
  /** How many times as long as a delivery took is rested, when writers were many meanwhile. */
  readonly restFactor: number;
  readonly disorder: Disorder | undefined;
  log(line: string): void;
}

/** A shard that is being followed. */
export interface Follower {
  /** Settles when the shard is at its end, or following was ended. */
  readonly done: Promise<void>;
  /** Looks for news at once. */
  ring(): void;
  /** Resolves when everything that was written before this call is settled. */
  caughtUp(): Promise<void>;
}

interface Waiter {
  readonly turn: number;
  readonly second: number;
  resolve(): void;
}

const retryMs = 250;
const restMaxMs = 3_000;
/** Writes during one delivery from which on writers are many: one by one, nobody writes so much in that time. */
const busyWrites = 16;

const chunks = <T>(items: readonly T[], size: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** Delivers what was read; everything that is held back too when there was nothing. */
const settle = async (
  { disorder, ...options }: FollowOptions,
  { records, closed }: ShardRead,
): Promise<void> => {
  const mixed = disorder && records.length > 0 ? disorder.mix(records) : records;
  const rest = disorder && (records.length === 0 || closed) ? disorder.flush() : [];
  for (const batch of chunks([...mixed, ...rest], options.batchSize)) await deliver(options, batch);
};

/** Follows a shard from its checkpoint on, until its end or the signal. Trouble with reading is retried for ever. */
export const followShard = (options: FollowOptions): Follower => {
  const { address, checkpoint, signal, disorder } = options;
  const bell = createBell();
  let resting = createBell();
  signal.addEventListener("abort", () => resting.ring());
  let waiters: readonly Waiter[] = [];
  let turn = 0;
  let rings = 0;

  /** Keeps a position that nothing before it is held back from. */
  const note = async (position: Position): Promise<void> => {
    const known = checkpoint.get(address.shard);
    if (position.closed || position.sequence !== (known?.sequence ?? ""))
      await checkpoint.set(address.shard, position);
  };

  /** A read that began after the call and found nothing, or a record of a later second, says that all is settled. */
  const release = (began: number, records: readonly DynamoDBRecord[]): void => {
    if (disorder?.holds) return;
    const last = records.at(-1);
    const isSettled = (waiter: Waiter): boolean =>
      last ? createdSecond(last) > waiter.second : began > waiter.turn;
    for (const waiter of waiters.filter(isSettled)) waiter.resolve();
    waiters = waiters.filter((waiter) => !isSettled(waiter));
  };

  /**
   * Lets those go first who write: on one machine they need the engine and the processors that the function has had. What
   * waits is folded into fewer rows. Nobody rests when somebody waits for what is left.
   */
  const rest = async (tookMs: number): Promise<void> => {
    if (waiters.length > 0 || signal.aborted) return;
    resting = createBell();
    await resting.wait(Math.min(restMaxMs, tookMs * options.restFactor));
  };

  const toEnd = async (): Promise<void> => {
    let sequence = checkpoint.get(address.shard)?.sequence ?? "";
    const reader = await readShard(address, sequence);
    for (let closed = false; !closed; ) {
      signal.throwIfAborted();
      turn += 1;
      const began = turn;
      const read = await reader.read(options.batchSize);
      const [startedAt, rungBefore] = [performance.now(), rings];
      await settle(options, read);
      const last = read.records.at(-1);
      if (last) sequence = sequenceOf(last);
      closed = read.closed;
      if (!disorder?.holds) await note({ sequence, closed });
      release(began, read.records);
      const isBusy = rings - rungBefore >= busyWrites;
      if (isBusy) await rest(performance.now() - startedAt);
      if (!closed && !last) await bell.wait(options.pollMs);
    }
  };

  const run = async (): Promise<void> => {
    for (let told = false; !signal.aborted; told = true) {
      try {
        await toEnd();
        break;
      } catch (error) {
        if (signal.aborted) break;
        if (!told) options.log(`Reading the stream failed, trying again: ${errorText(error)}`);
        await sleep(retryMs);
      }
    }
    for (const { resolve } of waiters) resolve();
    waiters = [];
  };

  let ended = false;
  const done = run().finally(() => {
    ended = true;
  });
  return {
    done,
    ring: () => {
      rings += 1;
      bell.ring();
    },
    caughtUp: () => {
      if (ended) return Promise.resolve();
      return new Promise((resolve) => {
        waiters = [...waiters, { turn, second: Math.floor(Date.now() / 1000), resolve }];
        bell.ring();
        resting.ring();
      });
    },
  };
};
