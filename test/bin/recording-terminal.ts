import type { Terminal } from "../../bin/everfold/terminal.ts";

/** A terminal that keeps what was written to it, and has the answers of a person ready. */
export const recordingTerminal = (
  environment: Readonly<Record<string, string>> = {},
  answers: readonly string[] = [],
) => {
  const printed: string[] = [];
  const told: string[] = [];
  const asked: string[] = [];
  const shown: string[] = [];
  let now = 0;
  const waiting = [...answers];
  const terminal: Terminal = {
    environment,
    print: (text) => void printed.push(text),
    tell: (text) => void told.push(text),
    ask: async (question) => {
      asked.push(question);
      return waiting.shift();
    },
    sleep: async (ms) => {
      now += ms;
      await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 50)));
    },
    now: () => now,
    progress: {
      show: (done, total, what) => void shown.push(`${done}/${total ?? "?"} ${what}`),
      stop: () => void shown.push("end"),
    },
  };
  return { terminal, printed, told, asked, shown };
};
