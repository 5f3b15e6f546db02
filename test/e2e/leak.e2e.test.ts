import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { eventTable } from "../../lib/core/system/tables.ts";
import { sampleCommit } from "../sample-commit.ts";
import { type Host, startHost, type User } from "./host.ts";
import { type Reply, seen } from "./http.ts";
import { must } from "./town.ts";

const run = randomBytes(6).toString("hex");
const marks: string[] = [];

/** A value about a person that nobody else on this machine has ever written. */
const secret = (): string => {
  const mark = `${run}x${marks.length}x${randomBytes(9).toString("hex")}`;
  marks.push(mark);
  return mark;
};
/** A value that is not personal: it shows that what is searched for can be found. */
const open = `${run}openly${randomBytes(9).toString("hex")}`;

/** The same bytes as base64, wherever they may begin, as far as they decide its characters. */
const base64Forms = (mark: string): readonly string[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(mark)]).toString("base64");
    const from = Math.ceil((before * 8) / 6);
    return text.slice(from, Math.floor(((before + mark.length) * 8) / 6));
  });

const formsOf = (mark: string): readonly string[] => {
  const base64 = base64Forms(mark);
  const hex = Buffer.from(mark).toString("hex");
  const url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  const wide = Buffer.from(mark, "utf16le").toString("latin1");
  return [mark, mark.toUpperCase(), ...base64, ...url, hex, hex.toUpperCase(), wide];
};

/** The forms of these values that some bytes hold. */
const foundIn = (bytes: Buffer, values: readonly string[]): readonly string[] =>
  values.flatMap((value) => formsOf(value).filter((form) => bytes.includes(form, 0, "latin1")));

const filesUnder = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
};

const logged: string[] = [];
const shownToOthers: string[] = [];
let host: Host;

const owner = () => ({ name: secret(), email: `${secret()}@example.org` });
const account = () => ({ owner: owner(), currency: "USD", initialBalance: 7 });
const places = () => ({ pickup: secret(), destination: secret() });

/** Notes what a refusal, or an answer to somebody else, said. */
const note = async (sent: Promise<Reply>, ...expected: readonly number[]): Promise<Reply> => {
  const reply = await sent;
  expect(expected).toContain(reply.status);
  shownToOthers.push(reply.text, JSON.stringify(reply.headers));
  return reply;
};

/** Every command that takes personal values, and every way in which it can go wrong. */
const tell = async (ann: User, eve: User): Promise<void> => {
  const key = { "idempotency-key": secret() };
  const first = account();
  await must(ann.post("/accounts/a/open", first, key));
  await must(ann.post("/accounts/a/open", first, key));
  await note(ann.post("/accounts/a/open", account(), key), 422);
  await note(ann.post("/accounts/a/open", account()), 200);
  await note(ann.post("/accounts/a/open", { ...account(), currency: "EUR" }), 422);
  await note(eve.post("/accounts/a/open", account()), 403);
  await note(ann.post("/accounts/b/open", { ...account(), extra: secret() }), 400);
  await note(ann.post("/accounts/b/open", { ...account(), currency: secret() }), 400);
  const long = { name: secret().repeat(20), email: `${secret()} at home` };
  const refused = await note(ann.post("/accounts/b/open", { ...account(), owner: long }), 400);
  expect(refused.body).toMatchObject({
    errors: [{ field: "owner.name" }, { field: "owner.email" }],
  });
  await note(ann.post("/accounts/b/open", { ...account(), owner: [secret()] }), 400);
  await note(ann.send("/accounts/b/open", { raw: `{"owner":{"name":"${secret()}` }), 400);
  const text = { "content-type": "text/plain" };
  await note(ann.send("/accounts/b/open", { raw: JSON.stringify(account()), headers: text }), 415);
  await note(ann.post("/accounts/b/open", account(), { "if-match": '"3"' }), 412);
  await must(ann.post("/rides/r/book", places()));
  await note(ann.post("/rides/r/book", places()), 200);
  await note(eve.post("/rides/r/book", places()), 403);
  await note(ann.post("/rides/r2/book", { ...places(), via: secret() }), 400);
  await note(ann.post("/rides/r2/book", { pickup: [secret()], destination: 1 }), 400);
  // Many at once, who all make a key for the same new user.
  const zoe = await host.as("zoe");
  const openings = Array.from({ length: 6 }, (_, index) =>
    zoe.post(`/accounts/z${index}/open`, account()),
  );
  for (const opening of openings) await must(opening);
  await must(ann.post("/accounts/a/deposit", { amount: 1, memo: open }));
};

/** What others see of it, operators and the bus included; the projector fails meanwhile. */
const lookAround = async (ann: User, eve: User): Promise<void> => {
  const root = await host.as("root", "admin");
  const dan = await host.as("dan");
  const poison = sampleCommit("account-a", undefined, { version: 3, owner: "ann" });
  const client = createDocumentClient();
  await must(root.post("/rides/r/assign", { driver: "dan" }));
  await must(ann.post("/accounts/c/open", account()));
  await client.send(new PutCommand({ TableName: eventTable.name, Item: poison }));
  await note(ann.post("/accounts/a/deposit", { amount: 1 }), 500);
  await note(root.post("/admin/views/accounts/rebuild"), 202);
  await note(root.post("/admin/audit"), 202);
  const late = await must(ann.post("/accounts/d/open", account()));
  await must(ann.get("/accounts/d", seen(late)));
  await note(root.get("/admin/views"), 200);
  await note(root.get("/admin/audit"), 200);
  await note(root.get("/admin/dead-letters"), 200);
  await note(eve.get("/accounts/d", seen(late)), 403);
  await note(eve.get("/views/balances?user=ann"), 403);
  await note(dan.get("/people/dan/export"), 200);
  await note(root.get("/views/audit?user=ann"), 200);
  await note(host.http("/local/bus"), 200);
  await note(host.http("/openapi.json"), 200);
};

/** Once forgotten, new values are refused. */
const forget = async (zoe: User): Promise<void> => {
  await note(zoe.send("/people/zoe", { method: "DELETE" }), 202);
  await note(zoe.post("/accounts/late/open", account()), 410);
  await note(zoe.post("/rides/late/book", places()), 410);
};

beforeAll(async () => {
  process.env.POWERTOOLS_LOG_LEVEL = "DEBUG";
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => {
      logged.push(String(text));
      return true;
    });
  const log = (line: string): void => void logged.push(line);
  const pump = { disorderSeed: 7, batchSize: 3 };
  host = await startHost({ log, pump });
  const [ann, eve, zoe] = [await host.as("ann"), await host.as("eve"), await host.as("zoe")];
  await tell(ann, eve);
  await lookAround(ann, eve);
  await forget(zoe);
  await host.stop({ keepData: true });
  vi.restoreAllMocks();
});
afterAll(() => rm(host.dataDir, { recursive: true, force: true }));

describe("what was told of persons", () => {
  test("was told in many places, and the log at its most verbose", () => {
    expect(marks.length).toBeGreaterThan(50);
    expect(logged.join("")).toContain("Queued work failed");
    expect(logged.join("")).toContain("The request failed");
  });

  test("can be found by the search, where it stands openly", async () => {
    const found = await Promise.all(
      (await filesUnder(host.dataDir)).map(async (path) => foundIn(await readFile(path), [open])),
    );
    expect(new Set(found.flat()).has(open)).toBe(true);
    for (const form of formsOf(open))
      for (const around of ["", "x", "xy"])
        expect(foundIn(Buffer.from(`${around}${form}${around}`, "latin1"), [open])).toContain(form);
    for (const around of ["", "x", "xy", "xyz"]) {
      const bytes = Buffer.from(`${around}${open}${around}`);
      for (const encoding of ["base64", "base64url", "hex"] as const)
        expect(foundIn(Buffer.from(bytes.toString(encoding)), [open])).not.toEqual([]);
    }
  });

  test("is in no file of the data directory, in clear, base64 or hex", async () => {
    const files = await filesUnder(host.dataDir);
    expect(files.map((path) => path.slice(host.dataDir.length + 1))).toContain("engine.db");
    const leaks: string[] = [];
    for (const path of files) {
      const found = foundIn(await readFile(path), marks);
      if (found.length > 0) leaks.push(`${path}: ${found.join(", ")}`);
    }
    expect(leaks).toEqual([]);
  });

  test("is in no line of the log", () => {
    expect(logged.length).toBeGreaterThan(0);
    expect(foundIn(Buffer.from(logged.join("")), marks)).toEqual([]);
  });

  test("is in no refusal, and in no answer to anybody else", () => {
    expect(shownToOthers.length).toBeGreaterThan(40);
    expect(foundIn(Buffer.from(shownToOthers.join("\n")), marks)).toEqual([]);
  });
});
