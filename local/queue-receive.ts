import { randomUUID } from "node:crypto";
import type { Entry, Message, QueueStore } from "./queue-store.ts";

/** A queue as it is set up. */
export interface QueueDefinition {
  readonly name: string;
  /** For how long a message that was handed out is hidden from others. */
  readonly visibilitySeconds: number;
  /** After it was handed out so often, a message goes to the dead-letter queue instead. */
  readonly receivesMax?: number;
  /** Name of the dead-letter queue; without one, messages are handed out forever. */
  readonly deadLetter?: string;
}

/** What a consumer asks for. */
export interface ReceiveOptions {
  readonly messagesMax: number;
  readonly visibilitySeconds: number;
  readonly waitSeconds: number;
}

const handOut = (message: Message, now: number, visibilitySeconds: number): Message => ({
  ...message,
  visibleAt: now + visibilitySeconds * 1000,
  receives: message.receives + 1,
  firstReceivedAt: message.firstReceivedAt ?? now,
  receipt: randomUUID(),
});

/** Gives up on a message. It is there twice for a moment rather than not at all. */
const bury = (from: string, to: string, message: Message, now: number): readonly Entry[] => {
  const { id, body, sentAt } = message;
  const put = { id, body, sentAt, visibleAt: now, receives: 0, deadFrom: from };
  return [
    { queue: to, put },
    { queue: from, remove: id },
  ];
};

const take = (
  store: QueueStore,
  { name, receivesMax, deadLetter }: QueueDefinition,
  { messagesMax, visibilitySeconds }: ReceiveOptions,
): readonly Message[] => {
  const now = Date.now();
  const taken: Message[] = [];
  const buried: Entry[] = [];
  for (const message of store.messages(name).values()) {
    if (taken.length === messagesMax) break;
    if (message.visibleAt > now) continue;
    if (deadLetter !== undefined && message.receives >= (receivesMax ?? Number.POSITIVE_INFINITY))
      buried.push(...bury(name, deadLetter, message, now));
    else taken.push(handOut(message, now, visibilitySeconds));
  }
  if (taken.length + buried.length > 0)
    store.write([...buried, ...taken.map((put) => ({ queue: name, put }))]);
  return taken;
};

/** Hands out messages and hides them; waits for the first one as long as it is asked to. */
export const receive = async (
  store: QueueStore,
  queue: QueueDefinition,
  options: ReceiveOptions,
  signal: AbortSignal,
): Promise<readonly Message[]> => {
  const deadline = Date.now() + options.waitSeconds * 1000;
  while (!signal.aborted) {
    const taken = take(store, queue, options);
    if (taken.length > 0 || Date.now() >= deadline) return taken;
    let until = deadline;
    for (const { visibleAt } of store.messages(queue.name).values())
      until = Math.min(until, visibleAt);
    await store.changed(queue.name, until, signal);
  }
  return [];
};
