import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundling } from "../../lib/infra/bundling.ts";
import { textOf } from "../sources.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder = "";

/** What a function prints whose code is this. */
const run = async (name: string, contents: string, hasMap = true): Promise<string> => {
  const outfile = join(folder, `${name}.js`);
  await build({
    ...bundling,
    sourcemap: hasMap,
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    stdin: { contents, loader: "ts", resolveDir: root, sourcefile: "entry.ts" },
    outfile,
  });
  return execFileSync(process.execPath, [outfile], { encoding: "utf8" });
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "traces-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lineOf = (path: string, text: string): number =>
  1 +
  textOf(path)
    .split("\n")
    .findIndex((line) => line.includes(text));

const failing = `
import { parseId } from "./lib/core/log/stream.ts";

const handle = () => parseId("id", "no/id");
try { handle(); } catch (error) {
  process.stdout.write(error instanceof Error ? String(error.stack) : "");
}`;

describe("a trace in a bundle", () => {
  test("names the error, and the places in the sources that it passed through", async () => {
    const [message, ...places] = (await run("mapped", failing)).split("\n");
    expect(message).toBe("Refusal: id must have 1 to 64 characters of A-Z a-z 0-9 _ -.");
    const thrown = lineOf("lib/core/log/stream.ts", 'throw badInput(field, "must have 1 to 64');
    expect(places[0]).toMatch(/^ {4}at .*lib\/core\/errors\.ts:\d+:\d+\)?$/);
    expect(places[1]).toMatch(new RegExp(`^    at .*lib/core/log/stream\\.ts:${thrown}:9\\)?$`));
    expect(places[2]).toMatch(/^ {4}at .*entry\.ts:4:22\)?$/);
  });

  test("stands as it is where there is no map", async () => {
    const trace = await run("unmapped", failing, false);
    expect(trace).toContain("unmapped.js:");
  });

  test("is not made before somebody asks for it", async () => {
    const count = `
      let asked = 0;
      const make = Error.prepareStackTrace;
      Error.prepareStackTrace = (...args) => { asked += 1; return make?.(...args); };
      const errors = [1, 2, 3].map(() => { try { throw new Error("x"); } catch (error) { return error; } });
      const before = asked;
      for (const error of errors) if (error instanceof Error) String(error.stack);
      process.stdout.write([before, asked].join());`;
    expect(await run("counted", count)).toBe("0,3");
  });
});
