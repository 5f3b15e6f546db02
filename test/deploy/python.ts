import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

/** Why the deployment cannot be proven on this machine. */
export class NotProvable extends Error {
  override readonly name = "NotProvable";
}

/** Programs that the proof calls by name, beside Python. */
const programs = ["bash", "curl", "openssl"];

/** Refuses a machine that lacks a program, by its name. */
export const checkPrograms = async (path: string | undefined): Promise<void> => {
  const folders = (path ?? "").split(delimiter);
  const missing = programs.filter((name) => !folders.some((each) => existsSync(join(each, name))));
  if (missing.length > 0) throw new NotProvable(`It takes ${missing.join(" and ")}.`);
};

const names = ["python3", "python", ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];

// Debian has Python without what makes virtual environments.
const probe = [
  "import sys, venv, ensurepip",
  "print(sys.version_info >= (3, 10), sys.version.split()[0])",
].join("\n");

/** The last lines of what a program complained about. */
const complaint = (error: unknown): string => {
  const { stderr, message }: { stderr?: string; message?: string } = Object(error);
  return (stderr || message || String(error)).trim().split("\n").slice(-3).join(" ");
};

/** The first Python of the path that is new enough; refuses a machine without one. */
export const findPython = async (path: string | undefined): Promise<string> => {
  const found: string[] = [];
  for (const name of names)
    try {
      const { stdout } = await run(name, ["-c", probe], { env: { PATH: path } });
      if (stdout.startsWith("True")) return name;
      found.push(`${name} is ${stdout.trim().split(" ").at(-1)}`);
    } catch (error) {
      if (Object(error).code !== "ENOENT") found.push(`${name}: ${complaint(error)}`);
    }
  const seen = found.length === 0 ? "there is none" : found.join("; ");
  throw new NotProvable(`It takes Python 3.10 or newer with its venv module: ${seen}.`);
};

/**
 * Where the emulator's programs are (`python`, `ministack`, `aws`), installed below a folder unless they are there
 * already; refuses what pip cannot install.
 */
export const installEmulator = async (python: string, below: string): Promise<string> => {
  const text = await readFile(requirements, "utf8");
  const folder = join(below, createHash("sha256").update(text).digest("hex").slice(0, 12));
  const bin = join(folder, "bin");
  const complete = join(folder, "complete");
  if (existsSync(complete)) return bin;
  await rm(folder, { recursive: true, force: true });
  try {
    await run(python, ["-m", "venv", folder]);
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
    await run(join(bin, "python"), ["-m", "pip", "install", ...quiet, "-r", requirements]);
  } catch (error) {
    throw new NotProvable(`The emulator could not be installed: ${complaint(error)}`);
  }
  await writeFile(complete, "");
  return bin;
};
