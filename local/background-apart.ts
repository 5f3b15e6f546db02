import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Background, BackgroundOptions, StartBackground } from "./background.ts";
import { gather } from "./gather.ts";

/** What the process is told to do. */
export type Order =
  | { readonly order: "start"; readonly options: BackgroundOptions }
  | { readonly order: "wake"; readonly writes: number }
  | { readonly order: "settle"; readonly turn: number }
  | { readonly order: "stop" };

/** What the process tells. */
export type Report =
  | { readonly report: "started" }
  | { readonly report: "failed"; readonly reason: string }
  | { readonly report: "settled"; readonly turn: number }
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

/** For how long wake-ups are gathered: to send one takes a fortieth of a command, and nobody sees so small a lag. */
const gatherMs = 5;

/**
 * Starts them in a process of their own, as functions on AWS have one, which is given a processor when requests leave it
 * one. It ends with this process, also when that is killed.
 */
export const startBackgroundApart: StartBackground = async (options, log) => {
  const settled = new Map<number, () => void>();
  let started: (failure?: Error) => void = () => undefined;
  const starting = new Promise<void>((resolve, reject) => {
    started = (failure) => (failure ? reject(failure) : resolve());
  });
  const child = launch((report) => {
    if (report.report === "said") log(report.line);
    else if (report.report === "settled") settled.get(report.turn)?.();
    else if (report.report === "failed") started(new Error(report.reason));
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
  let turn = 0;
  return {
    wake: gather(gatherMs, (writes) => tell({ order: "wake", writes })),
    idle: () => {
      turn += 1;
      const own = turn;
      const done = new Promise<void>((resolve) => settled.set(own, resolve));
      tell({ order: "settle", turn: own });
      return Promise.race([done, exited.then(() => undefined)]).finally(() => settled.delete(own));
    },
    died,
    stop,
  };
};
