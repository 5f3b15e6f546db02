import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A program of a benchmark in a process of its own, which does one thing after the other. */
export interface Child<Q, A> {
  readonly pid: number;
  /** Has it do something; throws what it throws, and when it ends before it has answered. */
  ask(question: Q): Promise<A>;
  stop(): Promise<void>;
}

type Answered<A> = { readonly answer: A } | { readonly failure: string };

const stopMs = 20_000;

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.disconnect();
  const kill = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await exited;
  clearTimeout(kill);
};

/** Starts a program beside this file, with variables of its own. */
export const startChild = <Q extends object, A>(
  program: "host" | "bare" | "requests",
  environment: Readonly<Record<string, string>> = {},
): Child<Q, A> => {
  const child = fork(fileURLToPath(new URL(`${program}.ts`, import.meta.url)), {
    // As `npm start` does it.
    execArgv: ["--max-semi-space-size=32", "--import", "tsx"],
    env: { ...process.env, ...environment },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The ${program} of the benchmark ended with ${code}.`);
  });
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    ask: async (question) => {
      const told = new Promise<Answered<A>>((resolve) => void child.once("message", resolve));
      child.send(question);
      const answered = await Promise.race([told, ended]);
      if ("failure" in answered) throw new Error(answered.failure);
      return answered.answer;
    },
    stop: () => end(child),
  };
};

/** Answers what the parent asks, until it hangs up. */
export const answerParent = <Q, A>(
  answer: (question: Q) => Promise<A>,
  stop: () => Promise<void>,
): void => {
  const reply = (answered: Answered<A>): void => void process.send?.(answered);
  process.on("message", (question: Q) => {
    answer(question).then(
      (given) => reply({ answer: given }),
      (error: Error) => reply({ failure: error.stack ?? error.message }),
    );
  });
  process.once("disconnect", () => void stop().finally(() => process.exit()));
};
