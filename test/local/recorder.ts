import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Handler } from "../../local/function.ts";

/** Whole numbers, both ends included. */
export const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Versions that records tell of, in their order. */
export const versionsOf = (records: readonly DynamoDBRecord[]): number[] =>
  records.map(({ dynamodb }) => Number(dynamodb?.Keys?.version?.N));

/** A function that takes every record and remembers it. */
export const recorder = () => {
  const batches: DynamoDBRecord[][] = [];
  const handler: Handler = async (event) => {
    batches.push((event as DynamoDBStreamEvent).Records);
  };
  return { handler, batches, versions: () => versionsOf(batches.flat()) };
};
