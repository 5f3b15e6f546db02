import type { DynamoDBRecord } from "aws-lambda";
import { expect, test } from "vitest";
import { createDisorder, seededRandom } from "../../local/disorder.ts";

const records = (from: number, to: number): DynamoDBRecord[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    dynamodb: { SequenceNumber: String(from + index) },
  }));
const numbersOf = (list: readonly DynamoDBRecord[]): number[] =>
  list.map(({ dynamodb }) => Number(dynamodb?.SequenceNumber));

const play = (seed: number): number[][] => {
  const disorder = createDisorder(seed);
  const batches = [records(1, 20), records(21, 40), records(41, 60)];
  return [...batches.map(disorder.mix), disorder.flush()].map(numbersOf);
};

test("no record is lost, some come late, some twice, and not in order", () => {
  const delivered = play(7);
  const all = delivered.flat();
  expect(new Set(all)).toEqual(new Set(numbersOf(records(1, 60))));
  expect(all.length).toBeGreaterThan(60);
  expect(delivered[1]?.some((number) => number <= 20)).toBe(true);
  expect(delivered[0]).not.toEqual(delivered[0]?.toSorted((left, right) => left - right));
});

test("the same seed plays the same disorder, another seed another", () => {
  expect(play(7)).toEqual(play(7));
  expect(play(7)).not.toEqual(play(8));
});

test("tells whether records are held back", () => {
  const disorder = createDisorder(7);
  expect(disorder.holds).toBe(false);
  disorder.mix(records(1, 50));
  expect(disorder.holds).toBe(true);
  disorder.flush();
  expect(disorder.holds).toBe(false);
  expect(disorder.flush()).toEqual([]);
});

test("seeded numbers stay in range", () => {
  const random = seededRandom(1);
  const drawn = Array.from({ length: 1_000 }, random);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  expect(new Set(drawn).size).toBeGreaterThan(990);
});
