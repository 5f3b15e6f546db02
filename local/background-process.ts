import { constants, setPriority } from "node:os";
import { type Background, startBackground } from "./background.ts";
import type { Order, Report } from "./background-apart.ts";
import { errorText, StartupFault } from "./startup-fault.ts";

// A program: the process that `background-apart.ts` starts, and speaks with.

// Whoever waits for an answer goes first, where there are not processors enough.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const report = (told: Report): void => {
  if (process.connected) process.send?.(told);
};

const say = (line: string): void => report({ report: "said", line });

let background: Background | undefined;

const start = async (options: Extract<Order, { order: "start" }>["options"]): Promise<void> => {
  try {
    background = await startBackground(options, say);
    report({ report: "started" });
  } catch (error) {
    const wayOut = error instanceof StartupFault ? { wayOut: error.wayOut } : {};
    report({ report: "failed", reason: errorText(error), ...wayOut });
  }
};

// How many wrote tells the background how busy it is.
const wake = (writes: number): void => {
  for (let write = 0; write < writes; write++) background?.wake();
};

const answer = async (question: Extract<Order, { turn: number }>): Promise<void> => {
  const { order, turn } = question;
  const events =
    order === "recent" ? await background?.recentEvents(question.limit) : await background?.idle();
  report({ report: "answered", turn, events: events ?? [] });
};

const stop = async (): Promise<void> => {
  await background?.stop();
  process.exit();
};

process.on("message", (order: Order) => {
  if (order.order === "start") void start(order.options);
  else if (order.order === "wake") wake(order.writes);
  else if (order.order === "stop") void stop();
  else void answer(order);
});
process.once("disconnect", () => void stop());
// Ctrl-C in a terminal reaches every process; the one that has started this one says when it is to end.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
