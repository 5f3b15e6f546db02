import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { createTables } from "../../local/create-tables.ts";
import { startEngine } from "../../local/engine.ts";
import { tablesAt } from "./engine-client.ts";

// Run as a process of its own, to be killed: prints the engine's address and process, then the id of every acknowledged write.
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const engine = await startEngine({ dbPath: process.argv[2] ?? "" });
const client = tablesAt(engine.url);
const table = { name: "notes", partitionKey: { name: "id", type: "S" }, holds: "log" } as const;
await createTables(client, [table]);
say(engine.url);
say(String(engine.pid));
for (let count = 1; ; count += 1) {
  const id = `note-${count}`;
  await client.send(new PutItemCommand({ TableName: table.name, Item: { id: { S: id } } }));
  say(id);
}
