import { callFunction, type LocalFunction } from "./function.ts";
import { errorText } from "./startup-fault.ts";

/** A function that runs by itself, and how often. */
export interface ScheduleOptions {
  readonly function: LocalFunction;
  readonly everyMs: number;
  /** Delay of the first run. */
  readonly firstMs: number;
  log(line: string): void;
}

/** A running schedule. */
export interface Schedule {
  /** Ends it after the run at hand. */
  stop(): Promise<void>;
}

/**
 * Runs a function at a rate, as an EventBridge rule does, but never twice at the same time. A run that failed is told
 * and not repeated: the next one does its work.
 */
export const startSchedule = (options: ScheduleOptions): Schedule => {
  const { everyMs, firstMs, log } = options;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const run = async (): Promise<void> => {
    const { name } = options.function;
    const event = { source: "aws.events", "detail-type": "Scheduled Event", detail: {} };
    try {
      await callFunction(options.function, event);
    } catch (error) {
      log(`The scheduled function ${name} failed: ${errorText(error)}`);
    }
    if (!isStopped) plan(everyMs);
  };
  const plan = (ms: number): void => {
    timer = setTimeout(() => {
      running = run();
    }, ms);
  };

  plan(firstMs);
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
      return running;
    },
  };
};
