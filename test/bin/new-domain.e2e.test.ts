import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../sources.ts";

const run = promisify(execFile);
const left = new Set(["node_modules", ".git", ".everfold", "cdk.out", "coverage"]);

let home: string;
let copy: string;

/** Runs a program of this repository in the copy; fails with what it printed. */
const inCopy = async (program: string, ...parameters: readonly string[]): Promise<string> => {
  const path = join(copy, "node_modules/.bin", program);
  try {
    return (await run(path, parameters, { cwd: copy, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" }: { stdout?: string; stderr?: string } = Object(error);
    throw new Error(`${program} ${parameters.join(" ")}\n${stdout}${stderr}`);
  }
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
  copy = join(home, "everfold");
  const isWritten = (source: string): boolean =>
    !left.has(relative(root, source).split("/")[0] ?? "");
  await cp(root, copy, { recursive: true, filter: isWritten });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
});

afterAll(() => rm(home, { recursive: true, force: true }));

describe("a new domain", () => {
  test("passes what every change must pass, at once", async () => {
    const printed = await inCopy("tsx", "bin/new-domain.ts", "scaffolded");
    expect(printed).toContain("lib/domains/scaffolded/scaffolded.ts");
    await inCopy("tsc", "--project", "tsconfig.json");
    await inCopy("biome", "check", ".");
    const tests = [
      "domains/scaffolded",
      "schemas",
      "views",
      "docs",
      "core/openapi",
      "architecture",
      "tidiness",
    ];
    const folders = tests.map((each) => `test/${each}`);
    const verdict = await inCopy("vitest", "run", "--project", "unit", ...folders);
    expect(verdict).toContain("test/domains/scaffolded/scaffolded.test.ts");
  });

  test("is served by the local host", async () => {
    const program = `
      import { startSystem } from "./local/system.ts";
      const system = await startSystem({ port: 0, dataDir: ${JSON.stringify(join(home, "data"))} });
      const authorization = "Bearer " + (await system.token("ann"));
      const headers = { authorization, "content-type": "application/json" };
      const call = async (method, path, body) =>
        (await fetch(system.url + path, { method, headers, body })).json();
      await call("POST", "/scaffoldeds/p1/create", '{"title":"Books"}');
      await call("POST", "/scaffoldeds/p1/archive");
      await system.idle();
      const found = [await call("GET", "/scaffoldeds/p1"), await call("GET", "/views/scaffolded-counts?user=ann")];
      process.stdout.write(JSON.stringify(found));
      await system.stop();
    `;
    const found = JSON.parse(await inCopy("tsx", "--input-type=module", "--eval", program));
    expect(found).toMatchObject([
      { id: "p1", version: 2, owner: "ann", title: "Books", status: "archived" },
      { items: [{ user: "ann", created: 1, archived: 1 }] },
    ]);
  });

  test("is not made twice, and leaves what stands as it is", async () => {
    const file = join(copy, "lib/domains/scaffolded/scaffolded.ts");
    const before = await readFile(file, "utf8");
    await expect(inCopy("tsx", "bin/new-domain.ts", "scaffolded")).rejects.toThrow("already");
    expect(await readFile(file, "utf8")).toBe(before);
  });

  test.each([[], ["Parcel"], ["class"], ["a", "b", "c"]])(
    "is refused under a bad name: %s",
    async (...names: readonly string[]) => {
      const refused = inCopy("tsx", "bin/new-domain.ts", ...names);
      await expect(refused).rejects.toThrow("Usage: npm run new-domain <name>");
    },
  );
});
