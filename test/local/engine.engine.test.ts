import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTables } from "../../local/create-tables.ts";
import { startEngine } from "../../local/engine.ts";
import { StartupFault } from "../../local/startup-fault.ts";
import { tablesAt } from "./engine-client.ts";

const table = {
  name: "notes",
  partitionKey: { name: "id", type: "S" },
  stream: true,
  holds: "log",
} as const;

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

const put = (client: DynamoDBClient, id: string) =>
  client.send(new PutItemCommand({ TableName: table.name, Item: { id: { S: id } } }));

const has = async (client: DynamoDBClient, id: string): Promise<boolean> => {
  const get = new GetItemCommand({ TableName: table.name, Key: { id: { S: id } } });
  return (await client.send(get)).Item !== undefined;
};

const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** A process that starts an engine, writes until it is killed, and tells every acknowledged write. */
const writer = (dbPath: string) => {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", here("engine-writer.ts"), dbPath], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const lines = () => said.split("\n").slice(0, -1);
  return { child, lines };
};

/** Ids among these that an engine on the file no longer has. */
const missing = async (dbPath: string, ids: readonly string[]): Promise<readonly string[]> => {
  const engine = await startEngine({ dbPath });
  const client = tablesAt(engine.url);
  const found = await Promise.all(ids.map((id) => has(client, id)));
  await engine.stop();
  return ids.filter((_, index) => !found[index]);
};

test("keeps what it has acknowledged from one start to the next", async () => {
  const dbPath = join(home, "engine.db");
  const first = await startEngine({ dbPath });
  const client = tablesAt(first.url);
  await createTables(client, [table]);
  await put(client, "kept");
  await first.stop();
  expect(await answers(first.url)).toBe(false);
  const second = await startEngine({ dbPath });
  expect(await has(tablesAt(second.url), "kept")).toBe(true);
  await second.stop();
});

test("loses no acknowledged write when its host is killed with -9, and does not outlive it", async () => {
  const dbPath = join(home, "engine.db");
  const { child, lines } = writer(dbPath);
  await vi.waitFor(() => expect(lines().length).toBeGreaterThan(50), { timeout: 30_000 });
  child.kill("SIGKILL");
  await once(child, "close");
  const [url = "", , ...acknowledged] = lines();
  await vi.waitFor(async () => expect(await answers(url)).toBe(false), { timeout: 10_000 });
  expect(await missing(dbPath, acknowledged)).toEqual([]);
});

test("loses no acknowledged write when host and engine are killed with -9 together", async () => {
  const dbPath = join(home, "engine.db");
  const { child, lines } = writer(dbPath);
  await vi.waitFor(() => expect(lines().length).toBeGreaterThan(50), { timeout: 30_000 });
  const pid = Number(lines()[1]);
  process.kill(pid, "SIGKILL");
  child.kill("SIGKILL");
  await once(child, "close");
  const [, , ...acknowledged] = lines();
  expect(await missing(dbPath, acknowledged)).toEqual([]);
});

test("tells when it ends without having been stopped", async () => {
  const engine = await startEngine();
  process.kill(engine.pid, "SIGKILL");
  const { message } = await engine.died;
  expect(message).toMatch(/ended by itself \(SIGKILL\)/);
  await engine.stop();
});

test("leaves nothing behind when it has no file of its own", async () => {
  vi.stubEnv("TMPDIR", home);
  const engine = await startEngine();
  await tablesAt(engine.url).send(new ListTablesCommand({}));
  expect(await readdir(home)).toHaveLength(1);
  await engine.stop();
  await engine.stop();
  expect(await readdir(home)).toEqual([]);
});

test("several engines run side by side", async () => {
  const engines = await Promise.all([startEngine(), startEngine(), startEngine()]);
  expect(new Set(engines.map(({ url }) => url)).size).toBe(3);
  await Promise.all(engines.map((engine) => engine.stop()));
});

test("refuses a file that is not its own, and says what to do", async () => {
  const dbPath = join(home, "engine.db");
  await writeFile(
    dbPath,
    "this is no database, but it is long enough to be taken for one".repeat(20),
  );
  const refusal = await startEngine({ dbPath }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StartupFault);
  expect(refusal).toMatchObject({ message: expect.stringContaining(dbPath) });
});
