import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, PutCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { everfold } from "../../bin/everfold/everfold.ts";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { eventTable, subjectKeyTable } from "../../lib/core/system/tables.ts";
import { type Host, startHost } from "../e2e/host.ts";
import { settle } from "../e2e/town.ts";
import { textOf } from "../sources.ts";
import { recordingTerminal } from "./recording-terminal.ts";

let host: Host;
let client: ReturnType<typeof createDocumentClient>;

beforeAll(async () => {
  // What is damaged here on purpose is logged as the error that it is.
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  host = await startHost();
  await settle(host);
  client = createDocumentClient();
});

afterAll(async () => {
  client?.destroy();
  await host?.stop();
  vi.unstubAllEnvs();
});

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The program of the runbook, run as somebody would who has saved it. */
const putBack = async (...argv: readonly string[]): Promise<unknown> => {
  const [, program = ""] = /```js\n([\s\S]*?)```/.exec(textOf("docs/runbooks/restore.md")) ?? [];
  const printed = await new Promise<string>((resolve, reject) => {
    const args = ["--input-type=module", "-", ...argv];
    const child = execFile(process.execPath, args, { cwd: root }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
    child.stdin?.end(program);
  });
  return JSON.parse(printed);
};

/** What point-in-time recovery gives: the rows of a table, in a table of their own. */
const copyOf = async (table: string, sort: string, sortType: "N" | "S", partition: string) => {
  const copy = `${table}-restored`;
  const raw = new DynamoDBClient();
  await raw.send(
    new CreateTableCommand({
      TableName: copy,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: partition, KeyType: "HASH" },
        { AttributeName: sort, KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: partition, AttributeType: "S" },
        { AttributeName: sort, AttributeType: sortType },
      ],
    }),
  );
  raw.destroy();
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  for (const Item of Items) await client.send(new PutCommand({ TableName: copy, Item }));
  return { copy, count: Items.length };
};

const audit = async () => {
  const { terminal, printed } = recordingTerminal({ EVERFOLD_URL: host.system.url });
  const code = await everfold(["audit"], terminal);
  return { code, printed: printed.join("\n") };
};

test("a log with commits removed, cut off and edited is whole again after the runbook", async () => {
  const TableName = eventTable.name;
  const { copy, count } = await copyOf(TableName, "version", "N", "stream");
  const at = (stream: string, version: number) => ({ TableName, Key: { stream, version } });
  await client.send(new DeleteCommand(at("account-a", 2)));
  await client.send(new DeleteCommand(at("cart-a", 2)));
  await client.send(
    new UpdateCommand({
      ...at("document-a", 1),
      UpdateExpression: "SET actor = :somebody",
      ExpressionAttributeValues: { ":somebody": "eve" },
    }),
  );
  const damaged = await audit();
  expect(damaged.code).toBe(1);
  expect(damaged.printed).toMatch(/account-a .* gap /);
  expect(damaged.printed).toMatch(/cart-a .* row-ahead /);
  expect(damaged.printed).toMatch(/document-a +1 .* broken-chain /);
  expect(await putBack(copy, TableName, "stream")).toEqual({ put: 2, kept: count - 2, skipped: 0 });
  const edited = [copy, TableName, "stream", "document-a", "1"];
  expect(await putBack(...edited)).toEqual({ put: 1, kept: 0, skipped: 0 });
  await host.system.idle();
  expect(await audit()).toEqual({ code: 0, printed: expect.stringContaining("no problem") });
});

test("users' keys come back, but not those of somebody who was erased in between", async () => {
  const TableName = subjectKeyTable.name;
  await host.as("bob").then((bob) =>
    bob.post("/accounts/b/open", {
      owner: { name: "Bob", email: "bob@example.org" },
      currency: "USD",
      initialBalance: 0,
    }),
  );
  const { copy, count } = await copyOf(TableName, "item", "S", "user");
  const { terminal } = recordingTerminal({ EVERFOLD_URL: host.system.url });
  expect(await everfold(["people", "erase", "ann", "--yes"], terminal)).toBe(0);
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  const bobs = Items.filter(({ user }) => user === "bob");
  for (const { user, item } of bobs)
    await client.send(new DeleteCommand({ TableName, Key: { user, item } }));
  const counts = await putBack(copy, TableName, "user");
  expect(counts).toMatchObject({ put: bobs.length, skipped: count - bobs.length });
  const after = await client.send(new ScanCommand({ TableName }));
  const left = (after.Items ?? []).filter(({ user }) => user === "ann");
  expect(left.map(({ item, state }) => [item, state])).toEqual([["key", "erased"]]);
  await host.restart();
  const bob = await host.as("bob");
  expect((await bob.get("/accounts/b")).body).toMatchObject({ owner: { name: "Bob" } });
  const ann = await host.as("ann");
  expect((await ann.get("/accounts/a")).body).toMatchObject({ erased: true });
});
