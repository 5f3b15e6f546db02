import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openCheckpoint } from "../../local/checkpoint.ts";

const stream = "arn:stream/1";
const position = (sequence: number) => ({ sequence: String(sequence), closed: false });

let home: string;
let path: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
  path = join(home, "checkpoints", "projector.json");
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("begins without a position, and keeps those it is given", async () => {
  const first = await openCheckpoint(path, stream);
  expect(first.get("shard-1")).toBeUndefined();
  await first.set("shard-1", position(17));
  await first.set("shard-2", { sequence: "4", closed: true });
  const second = await openCheckpoint(path, stream);
  expect(second.get("shard-1")).toEqual(position(17));
  expect(second.get("shard-2")).toEqual({ sequence: "4", closed: true });
});

test("positions that are set at once all arrive, the last one stays, and no draft is left", async () => {
  const checkpoint = await openCheckpoint(path, stream);
  const numbers = Array.from({ length: 30 }, (_, index) => index);
  await Promise.all(numbers.map((number) => checkpoint.set("shard-1", position(number))));
  expect((await openCheckpoint(path, stream)).get("shard-1")).toEqual(position(29));
  expect(await readdir(join(home, "checkpoints"))).toEqual(["projector.json"]);
});

test("positions in another stream mean nothing", async () => {
  await (await openCheckpoint(path, stream)).set("shard-1", position(17));
  expect((await openCheckpoint(path, "arn:stream/2")).get("shard-1")).toBeUndefined();
});

test.each(["", '{"stream":', '{"stream":"arn:stream/1","shards":{"shard-1":17}}'])(
  "a file that a power cut left as %j means the start of the stream",
  async (text) => {
    await openCheckpoint(path, stream);
    await writeFile(path, text);
    expect((await openCheckpoint(path, stream)).get("shard-1")).toBeUndefined();
  },
);
