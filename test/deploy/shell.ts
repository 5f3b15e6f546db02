import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { blocksIn } from "../docs/markdown.ts";
import { root, textOf } from "../sources.ts";

/** What a program has said, and how it ended. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = process.env.PROOF_FOLDER ?? "";
let count = 0;

/** Runs a program at the root of the repository; what it says is kept in a file, too. */
const run = (program: string, ...parameters: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    count += 1;
    const log = createWriteStream(join(folder, `${count}.log`));
    log.write(`${[program, ...parameters].join(" ")}\n`);
    const child = spawn(program, parameters, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] += text;
        log.write(text);
      });
    child.once("error", reject);
    child.once("close", (code) => {
      log.end();
      resolve({ ...said, code: code ?? -1 });
    });
  });

/** Runs lines of a shell as somebody would paste them, the next one only after the one before has succeeded. */
const shell = (...lines: readonly string[]): Promise<Ended> =>
  run("bash", "--norc", "-e", "-u", "-o", "pipefail", "-c", lines.join("\n"));

/** Runs lines of a shell that must succeed, and answers what they print. */
export const paste = async (...lines: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await shell(...lines);
  if (code === 0) return stdout;
  const last = `${stdout}\n${stderr}`.trimEnd().split("\n").slice(-30).join("\n");
  throw new Error(`${lines.join("\n")}\nended with ${code}:\n${last}`);
};

/** What to paste, by a section of a page: its blocks of shell commands, a line each. */
export const commandsOf = (page: string, section: string): readonly (readonly string[])[] => {
  const [, body = ""] = textOf(page).split(`\n## ${section}\n`);
  const [own = ""] = body.split("\n## ");
  return blocksIn(page, own)
    .filter(({ language }) => language === "sh")
    .map(({ text }) => text.trim().split("\n"));
};

/** Looks until there is something, and throws when there is not in time. */
export const until = async <T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined>,
): Promise<T> => {
  for (const deadline = Date.now() + seconds * 1000; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s.`);
    await sleep(250);
  }
};
