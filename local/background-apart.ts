import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Background, BackgroundOptions, StartBackground } from "./background.ts";
import type { DeliveredEvent } from "./bus-operations.ts";
import { gather } from "./gather.ts";
import { StartupFault } from "./startup-fault.ts";

type Events = readonly DeliveredEvent[];

/** What the process is asked: to settle what was committed, or for the last events on the bus. */
type Question = { readonly order: "settle" } | { readonly order: "recent"; readonly limit: number };

/** What the process is told to do. */
export type Order =
  | { readonly order: "start"; readonly options: BackgroundOptions }
  | { readonly order: "wake"; readonly writes: number }
  | { readonly order: "stop" }
  | (Question & { readonly turn: number });

/** What the process tells. */
export type Report =
  | { readonly report: "started" }
  | { readonly report: "failed"; readonly reason: string; readonly wayOut?: string }
  | { readonly report: "answered"; readonly turn: number; readonly events: Events }
  | { readonly report: "said"; readonly line: string };

type Hear = (report: Report) => void;

const program = fileURLToPath(new URL("./background-process.ts", import.meta.url));

const launch = (hear: Hear): ChildProcess => {
  const child = fork(program, {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  child.on("message", hear);
  // Written from here, line by line: this process reads along where functions tell their metrics.
  if (child.stdout)
    createInterface(child.stdout).on("line", (line) => void process.stdout.write(`${line}\n`));
  return child;
};

/** Asks the process, and hears its answers; one that ends before it has answered has no events. */
const asker = (exited: Promise<unknown>, tell: (order: Order) => void) => {
  const waiting = new Map<number, (events: Events) => void>();
  let turn = 0;
  return {
    hear: (answered: number, events: Events): void => waiting.get(answered)?.(events),
    ask: (question: Question): Promise<Events> => {
      turn += 1;
      const own = turn;
      const answer = new Promise<Events>((resolve) => waiting.set(own, resolve));
      tell({ ...question, turn: own });
      const none = exited.then((): Events => []);
      return Promise.race([answer, none]).finally(() => waiting.delete(own));
    },
  };
};

const failureOf = ({ reason, wayOut }: Extract<Report, { report: "failed" }>): Error =>
  wayOut === undefined ? new Error(reason) : new StartupFault(reason, wayOut);

/** For how long wake-ups are gathered: to send one takes a fortieth of a command, and nobody sees so small a lag. */
const gatherMs = 5;

/**
 * Starts them in a process of their own, as functions on AWS have one, which is given a processor when requests leave it
 * one. It ends with this process, also when that is killed.
 */
export const startBackgroundApart: StartBackground = async (options, log) => {
  let started: (failure?: Error) => void = () => undefined;
  const starting = new Promise<void>((resolve, reject) => {
    started = (failure) => (failure ? reject(failure) : resolve());
  });
  const child = launch((report) => {
    if (report.report === "said") log(report.line);
    else if (report.report === "answered") questions.hear(report.turn, report.events);
    else if (report.report === "failed") started(failureOf(report));
    else started();
  });
  const exited = once(child, "exit");
  let isStopping = false;
  const died = exited.then(([code, signal]) => {
    const error = new Error(`The background process ended by itself (${signal ?? code}).`);
    started(error);
    return isStopping ? new Promise<never>(() => undefined) : error;
  });
  const tell = (order: Order): void => {
    if (child.connected) child.send(order);
  };
  const questions = asker(exited, tell);
  const stop: Background["stop"] = async () => {
    isStopping = true;
    tell({ order: "stop" });
    await exited;
  };

  tell({ order: "start", options });
  try {
    await starting;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    wake: gather(gatherMs, (writes) => tell({ order: "wake", writes })),
    idle: async () => void (await questions.ask({ order: "settle" })),
    recentEvents: (limit) => questions.ask({ order: "recent", limit }),
    died,
    stop,
  };
};
