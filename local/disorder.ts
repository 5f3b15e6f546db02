import type { DynamoDBRecord } from "aws-lambda";

/**
 * What a stream may do to its consumers at worst, repeatable by its seed: records of a batch change places, some come
 * twice, some come batches later.
 */
export interface Disorder {
  /** What is delivered instead of these records. */
  mix(records: readonly DynamoDBRecord[]): readonly DynamoDBRecord[];
  /** Everything that is still held back. */
  flush(): readonly DynamoDBRecord[];
  /** True while records are held back. */
  readonly holds: boolean;
}

const heldMax = 50;
const lateShare = 0.2;
const twiceShare = 0.2;

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Disorder by a seed. */
export const createDisorder = (seed: number): Disorder => {
  const random = seededRandom(seed);
  let held: DynamoDBRecord[] = [];
  const shuffle = (records: readonly DynamoDBRecord[]): DynamoDBRecord[] =>
    records
      .map((record) => ({ record, place: random() }))
      .sort((left, right) => left.place - right.place)
      .map(({ record }) => record);
  const double = (records: readonly DynamoDBRecord[]): DynamoDBRecord[] =>
    records.flatMap((record) => (random() < twiceShare ? [record, record] : [record]));
  return {
    mix: (records) => {
      const candidates = [...held, ...records];
      held = [];
      const now = candidates.filter((record) => {
        const late = held.length < heldMax && random() < lateShare;
        if (late) held.push(record);
        return !late;
      });
      return shuffle(double(now));
    },
    flush: () => {
      const rest = shuffle(double(held));
      held = [];
      return rest;
    },
    get holds() {
      return held.length > 0;
    },
  };
};
