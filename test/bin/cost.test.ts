import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { root } from "../sources.ts";

const run = promisify(execFile);

const cost = async (...argv: readonly string[]) => {
  try {
    const program = ["--import", "tsx", join(root, "bin/cost.ts"), ...argv];
    return { code: 0, ...(await run(process.execPath, program, { cwd: root })) };
  } catch (error) {
    const {
      code = 1,
      stdout = "",
      stderr = "",
    }: { code?: number; stdout?: string; stderr?: string } = Object(error);
    return { code, stdout, stderr };
  }
};

test("the program prints a bill, and as JSON the same one", async () => {
  const { stdout } = await cost("--commands-per-second", "1000", "--subject-keys", "shared");
  const total = /^Total +\$([\d,]+) /m.exec(stdout)?.[1]?.replaceAll(",", "");
  const json = await cost("--commands-per-second=1000", "--subject-keys=shared", "--json");
  expect(Number(total)).toBe(Math.round(JSON.parse(json.stdout).bill.dollars));
});

test("the program refuses what it does not understand, with nothing printed", async () => {
  expect(await cost("--commands-per-second", "fast")).toEqual({
    code: 2,
    stdout: "",
    stderr:
      '--commands-per-second must be a number from 0.001 to 1000000, not "fast". `npm run cost -- --help` tells what can be said.\n',
  });
});
