import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";

/** AWS, called by the names that its SDK for Python has. */
export interface Cloud {
  /**
   * Calls an operation, all pages of it, and reads the answer by its shape; throws what the service refuses.
   */
  ask<S extends z.core.$ZodType>(
    shape: S,
    service: string,
    operation: string,
    input?: object,
  ): Promise<z.output<S>>;
  /** Calls an operation whose answer nobody needs. */
  tell(service: string, operation: string, input?: object): Promise<void>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("cloud.py", import.meta.url));

const Answer = z.union([z.object({ result: z.unknown() }), z.object({ error: z.string() })]);

/** Connects to the AWS that the environment of this process names; one call at a time. */
export const connectCloud = (): Cloud => {
  const child = spawn("python", [program], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const next = async (...call: readonly unknown[]): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(call)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${call.slice(0, 2).join(".")} was not answered.`);
    const answer = Answer.parse(JSON.parse(value));
    if ("error" in answer) throw new Error(answer.error);
    return answer.result;
  };
  const call = (service: string, operation: string, input = {}): Promise<unknown> => {
    const answer = last.then(() => next(service, operation, input));
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    ask: async (shape, ...asked) => z.parse(shape, await call(...asked)),
    tell: async (...told) => {
      await call(...told);
    },
    stop: async () => {
      const over = once(child, "exit");
      child.stdin.end();
      await over;
    },
  };
};
