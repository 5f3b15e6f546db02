import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFileName, openDataDirectory } from "../../local/data-directory.ts";
import { StartupFault } from "../../local/startup-fault.ts";

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "everfold-test-")));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const refusalOf = async (path: string): Promise<unknown> =>
  openDataDirectory(path).then(
    async (directory) => {
      await directory.release();
      return undefined;
    },
    (error: unknown) => error,
  );

test("makes the directory, for its owner only", async () => {
  const path = join(home, "deep", "data");
  const directory = await openDataDirectory(path);
  expect(directory.path).toBe(path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  await directory.release();
});

test("two hosts cannot have one directory; the second is told who has it", async () => {
  const first = await openDataDirectory(home);
  const refusal = await refusalOf(home);
  expect(refusal).toBeInstanceOf(StartupFault);
  expect(refusal).toMatchObject({
    message: expect.stringContaining(`process ${process.pid}`),
    wayOut: expect.stringContaining("DATA_DIR="),
  });
  await first.release();
  expect(await refusalOf(home)).toBeUndefined();
});

test("one of two that start at once gets it", async () => {
  const starts = await Promise.allSettled([openDataDirectory(home), openDataDirectory(home)]);
  const got = starts.filter(({ status }) => status === "fulfilled");
  expect(got).toHaveLength(1);
  for (const start of starts) if (start.status === "fulfilled") await start.value.release();
});

test("what a host killed with -9 left is taken over, even when another program has its port", async () => {
  const other = createServer((socket) => socket.end("something else")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await writeFile(join(home, lockFileName), JSON.stringify({ pid: process.pid, port }));
  expect(await refusalOf(home)).toBeUndefined();
  other.close();
});

test.each(["", "{", '{"pid":"x"}'])("a broken lock %j is taken over", async (text) => {
  await writeFile(join(home, lockFileName), text);
  const directory = await openDataDirectory(home);
  expect(JSON.parse(await readFile(join(home, lockFileName), "utf8"))).toMatchObject({
    pid: process.pid,
  });
  await directory.release();
});

test("a path that is a file is told, with a way out", async () => {
  const path = join(home, "file");
  await writeFile(path, "");
  expect(await refusalOf(path)).toMatchObject({
    name: "StartupFault",
    message: expect.stringContaining(path),
    wayOut: expect.stringContaining("DATA_DIR="),
  });
});

test("the lock does not keep a process alive that has nothing else to do", async () => {
  const module = new URL("../../local/data-directory.ts", import.meta.url).href;
  const script = `const { openDataDirectory } = await import(${JSON.stringify(module)});
    await openDataDirectory(${JSON.stringify(home)});`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const [code] = await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
  expect(code).toBe(0);
  expect(await refusalOf(home)).toBeUndefined();
});
