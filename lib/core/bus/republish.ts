import type { EventReader } from "../log/event-store.ts";
import { type PublishPorts, publish } from "./publish.ts";

/** What publishing again needs of the world. */
export interface RepublishPorts extends PublishPorts {
  readonly store: Pick<EventReader, "range">;
}

/** Commits of one stream, by key, both ends included. */
export interface Republication {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Publishes commits again, in their order, as the log has them now: what was noted of them may be gone, and is not
 * believed. Throws when one cannot be published, and when the log does not begin where it was said to.
 */
export const republish = async (
  { store, ...ports }: RepublishPorts,
  { stream, from, to }: Republication,
): Promise<void> => {
  let next: number | undefined = from;
  while (next !== undefined && next <= to) {
    const page = await store.range(stream, { from: next, to, consistent: true });
    if (next === from && page.commits[0]?.version !== from)
      throw new Error(`The log has no commit ${stream}@${from}.`);
    const [failure] = await publish(ports, page.commits);
    if (failure) throw failure.cause;
    next = page.next;
  }
};
