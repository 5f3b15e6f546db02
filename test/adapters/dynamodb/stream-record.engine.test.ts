import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { createEventStore } from "../../../lib/adapters/dynamodb/event-store.ts";
import { commitOf } from "../../../lib/adapters/dynamodb/stream-record.ts";
import type { EventStore } from "../../../lib/core/log/event-store.ts";
import { type ChainPosition, chainStart, verifyLink } from "../../../lib/core/log/integrity.ts";
import { eventTable, idempotencyTable } from "../../../lib/core/system/tables.ts";
import { newStream, sampleChain, sampleCommit } from "../../sample-commit.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const TableName = eventTable.name;
const Page = z.object({ Records: z.array(z.custom<DynamoDBRecord>()) });

let started: StartedStore;
let store: EventStore;

beforeAll(async () => {
  started = await startStore([eventTable, idempotencyTable]);
  store = createEventStore(started.client, {
    events: TableName,
    idempotency: idempotencyTable.name,
  });
});

afterAll(() => started.stop());

const oldestIterator = async (): Promise<string | undefined> => {
  const client = new DynamoDBStreamsClient({ endpoint: started.url });
  const { Streams } = await client.send(new ListStreamsCommand({ TableName }));
  const { StreamArn } = Streams?.[0] ?? {};
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const { ShardId } = StreamDescription?.Shards?.[0] ?? {};
  const oldest = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(oldest));
  client.destroy();
  return ShardIterator;
};

/** Everything in the table's stream, as it goes over the wire: that is how Lambda hands it on. */
const records = async (): Promise<readonly DynamoDBRecord[]> => {
  const answer = await fetch(started.url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDBStreams_20120810.GetRecords",
      "x-amz-date": "20261101T120000Z",
      // The engine asks for a signature, and does not check it.
      authorization: "AWS4-HMAC-SHA256 Credential=nobody, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify({ ShardIterator: await oldestIterator() }),
  });
  return Page.parse(await answer.json()).Records;
};

test("what the store writes arrives in the stream unchanged: its hashes verify", async () => {
  const data = {
    text: 'Zoë \u{1F600} "quoted"',
    numbers: [0, -1, 0.1, 1e-7, 1e15, Number.MAX_SAFE_INTEGER],
    nothing: null,
    sealed: Uint8Array.of(0, 1, 254, 255),
    empty: new Uint8Array(0),
  };
  const chain = sampleChain(newStream(), [1, 1, 1], {
    events: [{ type: "Noted", schema: 1, data }],
    snapshot: { schema: 1, state: data },
  });
  for (const commit of chain) await store.append([commit]);
  const commits = (await records()).map(commitOf);
  expect(commits).toEqual(chain);
  let position: ChainPosition = chainStart;
  for (const commit of commits) {
    if (!commit) throw new Error("A record tells of no commit.");
    const next = verifyLink(position, commit);
    if ("brokenAt" in next) throw new Error(next.reason);
    position = next;
  }
  expect(position.commits).toBe(3);
});

test("changes and removals arrive too, and tell of no commit", async () => {
  const seen = (await records()).length;
  const commit = sampleCommit(newStream());
  await store.append([commit]);
  const Key = { stream: commit.stream, version: commit.version };
  await started.client.send(
    new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: "SET #actor = :eve",
      ExpressionAttributeNames: { "#actor": "actor" },
      ExpressionAttributeValues: { ":eve": "eve" },
    }),
  );
  await started.client.send(new DeleteCommand({ TableName, Key }));
  const news = (await records()).slice(seen);
  expect(news.map(({ eventName }) => eventName)).toEqual(["INSERT", "MODIFY", "REMOVE"]);
  expect(news.map(commitOf)).toEqual([commit, undefined, undefined]);
});
