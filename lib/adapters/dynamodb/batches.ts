import { BatchGetCommand, BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { Refusal } from "../../core/errors.ts";
import { pause } from "../../core/retry.ts";
import type { MeteredClient } from "./client.ts";
import { clock } from "./clock.ts";
import { whenAnswered } from "./failure.ts";
import { viewStore } from "./query-pages.ts";

/** DynamoDB's own bounds of a batch. */
const readsMax = 100;
const writesMax = 25;
/** How often a batch is sent, each time with what DynamoDB left over of it. */
export const batchRoundsMax = 8;

type Client = Pick<MeteredClient, "send">;
type Item = Readonly<Record<string, unknown>>;

/** Key of an item, or an item to write. */
type Write = { readonly put: Item } | { readonly remove: Item };

/** Works through everything, a batch at a time; `send` answers what was left over, which is sent again. */
const inBatches = async <T>(
  all: readonly T[],
  batchMax: number,
  send: (batch: T[]) => Promise<T[]>,
): Promise<void> => {
  for (let start = 0; start < all.length; start += batchMax) {
    let left = all.slice(start, start + batchMax);
    for (let round = 0; left.length > 0; round++) {
      if (round === batchRoundsMax)
        throw new Refusal("unavailable", `${viewStore} is busy: ${left.length} items left.`, {
          retryAfter: 1,
        });
      if (round > 0) await pause(clock, round);
      left = await send(left);
    }
  }
};

/** Reads items by their keys, strongly and in any order; keys must differ. Refuses when the table stays too busy. */
export const readItems = async (
  client: Client,
  table: string,
  keys: readonly Item[],
): Promise<readonly Item[]> => {
  const items: Item[] = [];
  await inBatches(keys, readsMax, async (Keys) => {
    const RequestItems = { [table]: { Keys, ConsistentRead: true } };
    const output = await whenAnswered(
      viewStore,
      client.send(new BatchGetCommand({ RequestItems })),
    );
    items.push(...(output.Responses?.[table] ?? []));
    return output.UnprocessedKeys?.[table]?.Keys ?? [];
  });
  return items;
};

/** Puts and removes items, unconditionally; their keys must differ. Refuses when the table stays too busy. */
export const writeItems = (
  client: Client,
  table: string,
  writes: readonly Write[],
): Promise<void> => {
  const requests = writes.map((write) =>
    "put" in write ? { PutRequest: { Item: write.put } } : { DeleteRequest: { Key: write.remove } },
  );
  return inBatches(requests, writesMax, async (batch) => {
    const command = new BatchWriteCommand({ RequestItems: { [table]: batch } });
    const { UnprocessedItems } = await client.send(command);
    return (UnprocessedItems?.[table] ?? []) as typeof requests;
  });
};
