import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Emulator, endOf, startEmulator } from "./emulator.ts";
import { endGroup, startGroup } from "./process-group.ts";
import { checkPrograms, findPython, installEmulator, NotProvable } from "./python.ts";

/** Ends with this when there is no saying whether the deployment works. */
const notProvableCode = 3;

const root = fileURLToPath(new URL("../..", import.meta.url));
const ending = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(name, () => ending.abort(new Error(`${name} came in between.`)));

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Tells of a step, and how long it took. */
const step = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  print(`${what} ...`);
  const begun = performance.now();
  const result = await work();
  print(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return result;
};

/** Plays the tests against the emulator; what they print is seen as it comes. */
const play = async ({ environment }: Emulator, folder: string): Promise<number> => {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const config = join("test", "deploy", "vitest.config.ts");
  const parameters = ["run", "--config", config, "--root", ".", ...process.argv.slice(2)];
  const child = startGroup(process.execPath, [vitest, ...parameters], {
    cwd: root,
    env: { ...environment, PROOF_FOLDER: folder },
    stdio: ["ignore", "inherit", "inherit"],
  });
  try {
    const [code] = await once(child, "exit", { signal: ending.signal });
    return typeof code === "number" ? code : 1;
  } finally {
    await endGroup(child);
  }
};

const prove = async (folder: string): Promise<number> => {
  const { PATH } = process.env;
  await checkPrograms(PATH);
  const python = await findPython(PATH);
  const below = join(root, ".everfold", "emulator");
  const bin = await step("Installing the emulator", () => installEmulator(python, below));
  ending.signal.throwIfAborted();
  const emulator = await step("Starting it", () => startEmulator(bin, folder));
  try {
    const code = await step("Proving the deployment", () => play(emulator, folder));
    if (code !== 0) print(`\nThe emulator said last:\n${await endOf(emulator.log)}`);
    return code;
  } finally {
    await emulator.stop();
  }
};

const folder = await mkdtemp(join(tmpdir(), "everfold-deploy-"));
try {
  process.exitCode = await prove(folder);
  if (process.exitCode === 0) await rm(folder, { recursive: true, force: true });
  else print(`More of it is in ${folder}.`);
} catch (error) {
  const isAbsent = error instanceof NotProvable;
  process.exitCode = isAbsent ? notProvableCode : 1;
  const cause: unknown = ending.signal.aborted ? ending.signal.reason : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  process.stderr.write(`\nThe deployment was not proven. ${reason}\n`);
  await rm(folder, { recursive: true, force: true });
}
