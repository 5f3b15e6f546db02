import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEngineFile } from "../../local/engine-file.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("a new file is a database with an index on stream records, readable by its owner only", async () => {
  const path = join(home, "engine.db");
  await createEngineFile(path);
  const text = (await readFile(path)).toString("latin1");
  expect(text.startsWith("SQLite format 3\0")).toBe(true);
  expect(text).toContain("_stream_records (table_name, CAST(sequence_number AS INTEGER))");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a file that exists is left alone", async () => {
  const path = join(home, "engine.db");
  await writeFile(path, "mine");
  await createEngineFile(path);
  expect(await readFile(path, "utf8")).toBe("mine");
});
