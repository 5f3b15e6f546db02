import * as z from "zod/mini";
import { openJournal } from "./journal.ts";

const Message = z.strictObject({
  id: z.string(),
  body: z.string(),
  sentAt: z.number(),
  /** Nobody is handed the message before this time (milliseconds since the epoch). */
  visibleAt: z.number(),
  /** How often it was handed out. */
  receives: z.int(),
  firstReceivedAt: z.optional(z.number()),
  /** Names the last time that it was handed out. */
  receipt: z.optional(z.string()),
  /** The queue that gave up on it. */
  deadFrom: z.optional(z.string()),
});

/** A message as it is kept. */
export type Message = z.output<typeof Message>;

const Entry = z.union([
  z.strictObject({ queue: z.string(), put: Message }),
  z.strictObject({ queue: z.string(), remove: z.string() }),
]);

/** One change of one queue. */
export type Entry = z.output<typeof Entry>;

/** The messages of all queues, in memory and in one file. */
export interface QueueStore {
  /** Messages of a queue by id, in the order in which they came. */
  messages(queue: string): ReadonlyMap<string, Message>;
  /** Makes changes in their order; answers once they survive the death of this process. */
  write(entries: readonly Entry[]): void;
  /** Waits until a queue changes or this time has come, or the signal says that nobody waits any more. */
  changed(queue: string, until: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

// A shorter file is not worth rewriting.
const entriesMin = 2_000;

const createShelves = () => {
  const shelves = new Map<string, Map<string, Message>>();
  const shelf = (queue: string): Map<string, Message> => {
    const found = shelves.get(queue) ?? new Map<string, Message>();
    shelves.set(queue, found);
    return found;
  };
  return {
    shelf,
    apply: (entry: Entry): void => {
      if ("put" in entry) shelf(entry.queue).set(entry.put.id, entry.put);
      else shelf(entry.queue).delete(entry.remove);
    },
    count: (): number => [...shelves.values()].reduce((sum, { size }) => sum + size, 0),
    puts: () =>
      [...shelves].flatMap(([queue, found]) => [...found.values()].map((put) => ({ queue, put }))),
  };
};

const createBell = () => {
  const waiting = new Map<string, Set<() => void>>();
  return {
    ring: (queue: string): void => {
      for (const wake of waiting.get(queue) ?? []) wake();
    },
    wait: (queue: string, until: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        const others = waiting.get(queue) ?? new Set();
        waiting.set(queue, others);
        const wake = (): void => {
          clearTimeout(timer);
          others.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(1, until - Date.now()));
        others.add(wake);
        signal.addEventListener("abort", wake);
      }),
  };
};

/** Opens the queues that a file holds. Who held a message when the last process died is gone: it is visible at once. */
export const openQueueStore = (path: string): QueueStore => {
  const { journal, records } = openJournal(path, (record) => Entry.parse(record));
  const { shelf, apply, count, puts } = createShelves();
  const bell = createBell();
  records.forEach(apply);
  const now = Date.now();
  for (const { queue, put } of puts())
    if (put.receipt !== undefined && put.visibleAt > now)
      apply({ queue, put: { ...put, visibleAt: now } });
  return {
    messages: shelf,
    write: (entries) => {
      journal.append(entries);
      entries.forEach(apply);
      if (journal.length > Math.max(entriesMin, 2 * count())) journal.rewrite(puts());
      for (const queue of new Set(entries.map((entry) => entry.queue))) bell.ring(queue);
    },
    changed: bell.wait,
    close: journal.close,
  };
};
