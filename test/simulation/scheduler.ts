/** Lets many tasks go on one step at a time, in an order that the dice decide and that a seed repeats. */
export interface Scheduler {
  /** Waits until it is this task's turn. */
  turn(): Promise<void>;
  /** Adds a task; what it throws is thrown by `run`. */
  start(task: () => Promise<void>): void;
  /** Runs all tasks to their ends. */
  run(): Promise<void>;
}

/** Steps after which a run counts as endless. */
const stepsMax = 200_000;

/** A scheduler without tasks. */
export const createScheduler = (random: () => number): Scheduler => {
  const waiting: (() => void)[] = [];
  const failures: unknown[] = [];
  let open = 0;
  return {
    turn: () => new Promise((resolve) => waiting.push(resolve)),
    start: (task) => {
      open += 1;
      task()
        .catch((error: unknown) => failures.push(error))
        .finally(() => {
          open -= 1;
        });
    },
    run: async () => {
      for (let steps = 0; open > 0; steps++) {
        if (steps === stepsMax) throw new Error(`Not done after ${stepsMax} steps.`);
        // Every task goes on until it waits for its next turn.
        await new Promise(setImmediate);
        const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
        next?.();
      }
      if (failures.length > 0) throw failures[0];
    },
  };
};
