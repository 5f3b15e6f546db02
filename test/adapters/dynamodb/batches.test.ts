import { setTimeout as sleep } from "node:timers/promises";
import { ProvisionedThroughputExceededException } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { batchRoundsMax, readItems, writeItems } from "../../../lib/adapters/dynamodb/batches.ts";
import { meteredClient } from "./metered-client.ts";
import { pointSdkAt } from "./sdk-environment.ts";

vi.mock("node:timers/promises", () => ({ setTimeout: vi.fn(async () => {}) }));

pointSdkAt("http://127.0.0.1:1");
const dynamo = mockClient(DynamoDBDocumentClient);
const client = meteredClient();

const keys = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ partition: "1#a", sort: String(at) }));
const sent = (command: typeof BatchGetCommand | typeof BatchWriteCommand): readonly unknown[] =>
  dynamo.calls().flatMap(({ args: [each] }) => (each instanceof command ? [each.input] : []));

beforeEach(() => {
  dynamo.reset();
  vi.mocked(sleep).mockClear();
});

describe("reading many items", () => {
  test("asks strongly, for a hundred at a time", async () => {
    dynamo.on(BatchGetCommand).callsFake(({ RequestItems: { view } }) => ({
      Responses: { view: view.Keys.toReversed() },
    }));
    const all = keys(201);
    const items = await readItems(client, "view", all);
    expect(items).toHaveLength(201);
    expect(items).toEqual(expect.arrayContaining(all));
    const sizes = sent(BatchGetCommand);
    expect(sizes).toMatchObject(
      [100, 100, 1].map((length) => ({
        RequestItems: { view: { Keys: { length }, ConsistentRead: true } },
      })),
    );
  });

  test("asks again for what was left over, a little later each time", async () => {
    const [one, two, three] = keys(3);
    const leaving = (...left: unknown[]) => ({ view: { Keys: left } });
    dynamo
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { view: [one] }, UnprocessedKeys: leaving(two, three) } as object)
      .resolvesOnce({ UnprocessedKeys: leaving(two, three) } as object)
      .resolvesOnce({ Responses: { view: [three, two] } } as object);
    expect(await readItems(client, "view", keys(3))).toEqual([one, three, two]);
    const asked = [3, 2, 2].map((length) => ({ RequestItems: { view: { Keys: { length } } } }));
    expect(sent(BatchGetCommand)).toMatchObject(asked);
    const [first = 0, second = 0, ...others] = vi.mocked(sleep).mock.calls.map(([ms]) => ms);
    expect(others).toEqual([]);
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThanOrEqual(first);
  });

  test("gives up when the store stays busy, so that it is asked again later", async () => {
    dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => ({ UnprocessedKeys: RequestItems }));
    const reading = readItems(client, "view", keys(2));
    await expect(reading).rejects.toMatchObject({ kind: "unavailable", facts: { retryAfter: 1 } });
    expect(sent(BatchGetCommand)).toHaveLength(batchRoundsMax);
  });

  test("is refused as unavailable when the store does not answer", async () => {
    const facts = { message: "no", $metadata: { httpStatusCode: 400 } };
    dynamo.on(BatchGetCommand).rejects(new ProvisionedThroughputExceededException(facts));
    await expect(readItems(client, "view", keys(2))).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("asks nobody for nothing", async () => {
    expect(await readItems(client, "view", [])).toEqual([]);
    expect(dynamo.calls()).toEqual([]);
  });
});

describe("writing many items", () => {
  test("sends twenty-five at a time", async () => {
    dynamo.on(BatchWriteCommand).resolves({});
    const puts = keys(30).map((put) => ({ put }));
    const removals = keys(30).map((remove) => ({ remove }));
    await writeItems(client, "view", [...puts, ...removals]);
    const sizes = [25, 25, 10].map((length) => ({ RequestItems: { view: { length } } }));
    expect(sent(BatchWriteCommand)).toMatchObject(sizes);
    const [key] = keys(1);
    expect(sent(BatchWriteCommand)).toMatchObject([
      { RequestItems: { view: expect.arrayContaining([{ PutRequest: { Item: key } }]) } },
      { RequestItems: { view: expect.arrayContaining([{ DeleteRequest: { Key: key } }]) } },
      {},
    ]);
  });

  test("sends again what was left over, and no more", async () => {
    dynamo
      .on(BatchWriteCommand)
      .callsFakeOnce(({ RequestItems: { view } }) => ({
        UnprocessedItems: { view: view.slice(1) },
      }))
      .resolves({ UnprocessedItems: {} });
    await writeItems(
      client,
      "view",
      keys(3).map((put) => ({ put })),
    );
    const asked = [3, 2].map((length) => ({ RequestItems: { view: { length } } }));
    expect(sent(BatchWriteCommand)).toMatchObject(asked);
  });

  test("gives up when the store stays busy", async () => {
    dynamo
      .on(BatchWriteCommand)
      .callsFake(({ RequestItems }) => ({ UnprocessedItems: RequestItems }));
    const writing = writeItems(
      client,
      "view",
      keys(2).map((put) => ({ put })),
    );
    await expect(writing).rejects.toMatchObject({ kind: "unavailable" });
    expect(sent(BatchWriteCommand)).toHaveLength(batchRoundsMax);
  });
});
