import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** How a program is started. */
export interface GroupOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdio: ["ignore" | "pipe", "inherit" | "pipe", "inherit" | "pipe"];
}

const stopMs = 5_000;

/** Starts a program whose children, and theirs, can be ended with it. */
export const startGroup = (
  program: string,
  parameters: readonly string[],
  { env, stdio, cwd }: GroupOptions,
): ChildProcess =>
  spawn(program, parameters, {
    ...{ env, stdio: [...stdio], detached: true },
    ...(cwd === undefined ? {} : { cwd }),
  });

/** Ends a program and all that it has started: politely, then for sure. */
export const endGroup = async ({ pid }: ChildProcess): Promise<void> => {
  if (pid === undefined) return;
  const signal = (name: NodeJS.Signals): boolean => {
    try {
      return process.kill(-pid, name);
    } catch {
      return false;
    }
  };
  if (!signal("SIGTERM")) return;
  for (const deadline = Date.now() + stopMs; Date.now() < deadline; await sleep(50))
    if (!signal("SIGCONT")) return;
  signal("SIGKILL");
};
