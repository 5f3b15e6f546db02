import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Progress, progressLine } from "./progress.ts";

/** Where the program runs: what it was given, and where it writes. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Results. */
  print(text: string): void;
  /** Messages beside them. */
  tell(text: string): void;
  /** Asks a person; undefined where there is nobody to ask. */
  ask(question: string): Promise<string | undefined>;
  sleep(ms: number): Promise<void>;
  now(): number;
  readonly progress: Progress;
}

const ask = async (question: string): Promise<string | undefined> => {
  if (!process.stdin.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
};

/** The terminal of this process. */
export const terminal = (): Terminal => ({
  environment: process.env,
  print: (text) => {
    process.stdout.write(`${text}\n`);
  },
  tell: (text) => {
    process.stderr.write(`${text}\n`);
  },
  ask,
  sleep: (ms) => sleep(ms),
  now: Date.now,
  progress: progressLine(process.stderr),
});
