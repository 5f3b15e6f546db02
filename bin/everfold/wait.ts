import { type Options, wholeNumber } from "./arguments.ts";
import { OperatorFault } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

const pollMinMs = 250;
const pollMaxMs = 5_000;

/** Seconds that a command waits for work on the server, at most. */
export const timeoutOf = (options: Options): number =>
  wholeNumber(options, "timeout", { min: 1, max: 86_400, otherwise: 3_600 });

/**
 * Looks until there is an answer, less and less often; `look` answers undefined while the work goes
 * on. Refuses to wait longer than the timeout, which does not end the work.
 */
export const waitFor = async <T>(
  terminal: Pick<Terminal, "now" | "progress" | "sleep">,
  seconds: number,
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> => {
  const deadline = terminal.now() + seconds * 1000;
  try {
    for (let delay = pollMinMs; ; delay = Math.min(pollMaxMs, delay * 1.5)) {
      const found = await look();
      if (found !== undefined) return found;
      if (terminal.now() + delay > deadline)
        throw new OperatorFault(`${what} is not done after ${seconds} s; it goes on without us.`);
      await terminal.sleep(delay);
    }
  } finally {
    terminal.progress.stop();
  }
};
