import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { everfold } from "../../bin/everfold/everfold.ts";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { createParking } from "../../lib/adapters/dynamodb/parking.ts";
import { eventTable, viewControlTable } from "../../lib/core/system/tables.ts";
import { workText } from "../../lib/core/upkeep/work-queue.ts";
import { meteredClient } from "../adapters/dynamodb/metered-client.ts";
import { type Host, startHost } from "../e2e/host.ts";
import { settle } from "../e2e/town.ts";
import { recordingTerminal } from "./recording-terminal.ts";

let host: Host;
let home: string;

beforeAll(async () => {
  // What is damaged here on purpose is logged as the error that it is.
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  home = await mkdtemp(join(tmpdir(), "everfold-cli-"));
  host = await startHost();
  await settle(host);
});

afterAll(async () => {
  await host?.stop();
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

/** Runs a command line against the host; it gets its token by itself. */
const run = async (...argv: readonly string[]) => {
  const { terminal, printed, told } = recordingTerminal({ EVERFOLD_URL: host.system.url });
  const code = await everfold(argv, terminal);
  return { code, printed: printed.join("\n"), told: told.join("\n") };
};

const json = async (...argv: readonly string[]): Promise<unknown> => {
  const { code, printed, told } = await run(...argv, "--json");
  if (code === 0) return JSON.parse(printed);
  throw new Error(`${argv.join(" ")} ended with ${code}: ${told}`);
};

test("the program itself runs in a shell, and ends with its codes", async () => {
  const program = fileURLToPath(new URL("../../bin/everfold.mjs", import.meta.url));
  const env = { PATH: process.env.PATH, EVERFOLD_URL: host.system.url };
  const start = (...argv: readonly string[]) =>
    promisify(execFile)(process.execPath, [program, ...argv], { cwd: home, env });
  const { stdout, stderr } = await start("streams", "verify", "account-a");
  expect(stdout).toMatch(/^STREAM .*\naccount-a +whole +3 +3 +[0-9a-f]{64}\n$/);
  expect(stderr).toBe("");
  await expect(start("streams", "verify", "account-none")).rejects.toMatchObject({ code: 1 });
  await expect(start("streams", "verify")).rejects.toMatchObject({ code: 2 });
});

test("streams show tells the document and the events, the first ones if asked", async () => {
  const { code, printed } = await run("streams", "show", "account-a", "--limit", "2");
  expect(code).toBe(0);
  expect(printed).toContain("account-a is at version 3:");
  expect(printed).toMatch(/2 +\S+ +MoneyDeposited +ann +\{"amount":500/);
  expect(printed).toContain("1 later events are not shown");
  expect(await json("streams", "show", "account-a")).toMatchObject({
    document: { balance: 1_300 },
    events: [{ version: 1 }, { version: 2 }, { version: 3, type: "MoneyWithdrawn" }],
  });
});

test.each([
  ["account-none", "There is no account-none. (status 404"],
  ["like-a.ann", 'shows no streams of category "like"'],
  ["playback-a.ann", "playback-a.ann is of one user"],
])("streams show %s is refused with the reason", async (stream, reason) => {
  const { code, told } = await run("streams", "show", stream);
  expect(code).toBe(1);
  expect(told).toContain(reason);
});

test("views list shows every view, and views rebuild builds one and waits for it", async () => {
  const { printed } = await run("views", "list");
  expect(printed).toMatch(/accounts +document +1 /);
  expect(printed).toMatch(/balances +tally +1 /);
  const rebuilt = await run("views", "rebuild", "balances");
  expect(rebuilt.printed).toBe("Generation 2 of balances serves: 3 events of 1 streams.");
  expect((await run("views", "list")).printed).toMatch(/balances +tally +2 .* done /);
  const unknown = await run("views", "rebuild", "nothing");
  expect([unknown.code, unknown.told]).toEqual([1, expect.stringContaining("no view nothing")]);
});

test("dead letters are listed with their reason, and redriven", async () => {
  const client = createDocumentClient();
  const pair = { view: "carts", generation: 1, stream: "cart-a" };
  const note = { reason: "A cause that is mended.", queued: true, dead: true };
  await createParking(meteredClient(client), viewControlTable.name).park(pair, note);
  const sqs = new SQSClient();
  const QueueUrl = process.env.DEAD_LETTER_QUEUE_URL;
  const MessageBody = workText({ kind: "catch-up", ...pair });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  sqs.destroy();
  client.destroy();
  const listed = await run("dead-letters", "list");
  expect(listed.printed).toMatch(/carts +1 +cart-a +\S+ +A cause that is mended\./);
  expect(listed.printed).toContain("about 1 messages");
  expect(await json("dead-letters", "redrive")).toEqual({ streams: 1, messages: 1, more: false });
  await host.system.idle();
  expect(await json("dead-letters", "list")).toEqual({ items: [], messages: 0 });
});

test("a person is exported to a file of its owner's, and erased", async () => {
  const file = join(home, "ann.json");
  const { printed } = await run("people", "export", "ann", "--out", file);
  expect(printed).toContain(`streams are in ${file}`);
  expect(await readFile(file, "utf8")).toContain('"email": "ann@example.org"');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await run("people", "export", "ann", "--out", file);
  expect([again.code, again.told]).toEqual([1, expect.stringContaining("was not written")]);
  expect(await json("people", "erase", "ann", "--yes")).toMatchObject({ user: "ann" });
  // A reader may remember a data key for a minute; a new one has nothing to remember.
  await host.restart();
  const after = await run("people", "export", "ann");
  expect(JSON.parse(after.printed)).toMatchObject({ erased: true });
  expect(after.printed).not.toContain("ann@example.org");
});

test("an audit of a whole log is well; of a log that was edited it is not", async () => {
  const well = await run("audit");
  expect([well.code, well.printed]).toEqual([0, expect.stringContaining("no problem")]);
  const client = createDocumentClient();
  const edit = { ":more": 1_000_000 };
  await client.send(
    new UpdateCommand({
      TableName: eventTable.name,
      Key: { stream: "account-a", version: 2 },
      UpdateExpression: "SET events[0].#data.amount = :more",
      ExpressionAttributeNames: { "#data": "data" },
      ExpressionAttributeValues: edit,
    }),
  );
  client.destroy();
  const verified = await run("streams", "verify", "account-a", "cart-a");
  expect(verified.code).toBe(1);
  expect(verified.printed).toMatch(/account-a +BROKEN +2 /);
  expect(verified.printed).toMatch(/cart-a +whole +2 /);
  const audited = await run("audit");
  expect(audited.code).toBe(1);
  expect(audited.printed).toMatch(/account-a +2 +- +broken-chain/);
  const last = await run("audit", "--last", "--json");
  expect(JSON.parse(last.printed)).toMatchObject({ status: "done", ok: false });
});
