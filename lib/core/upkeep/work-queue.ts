import * as z from "zod/mini";
import "../english.ts";

const name = z.string().check(z.minLength(1));
const generation = z.int().check(z.minimum(1));
const segment = z.int().check(z.minimum(0));
const version = z.int().check(z.minimum(1));

const Work = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("catch-up"), view: name, generation, stream: name }),
  z.strictObject({ kind: z.literal("segment"), view: name, generation, segment }),
  z.strictObject({ kind: z.literal("sweep"), view: name, generation }),
  z.strictObject({ kind: z.literal("audit-segment"), run: name, segment }),
  z.strictObject({ kind: z.literal("publish"), stream: name, from: version, to: version }),
]);

/**
 * Work that is put off: bring a stream to its head in one build of a view, fill one segment of a build, remove the rows
 * of a build, audit one segment of the log, publish commits that the bus lacks. It names what to do and carries no data
 * of its own, so that doing it twice, late or in another order comes to the same.
 */
export type Work = z.output<typeof Work>;

/** Longest time for which a message can be held back, in seconds. */
export const delaySecondsMax = 900;

/** Queues work for whoever takes it later; each message is delivered at least once, in any order. */
export interface WorkQueue {
  /** Answers once all messages are queued; throws when some are not, and those that are stay queued. */
  send(messages: readonly Work[], options?: { readonly delaySeconds?: number }): Promise<void>;
}

/** The text that stands for a piece of work in a queue. */
export const workText = (work: Work): string => JSON.stringify(work);

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads a message of the work queue; throws on anything that is not a piece of work known here. */
export const parseWork = (text: string): Work => {
  const parsed = Work.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new Error(`A message of the work queue is unknown here: ${z.prettifyError(parsed.error)}`);
};
