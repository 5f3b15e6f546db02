import type { Domain } from "../core/domain/domain.ts";
import type { HistoryItem } from "../core/log/history.ts";
import { readOpened } from "./opened.ts";
import { Problem } from "./problem.ts";
import type { Page } from "./shapes.ts";

/** Events that a client keeps of one stream. */
export const eventsKept = 10_000;

/** The history of a stream as far as it was read, and where reading goes on: at the last page, which may have grown. */
export interface KnownHistory {
  readonly events: readonly HistoryItem[];
  readonly last: { readonly before: readonly HistoryItem[]; readonly cursor?: string };
}

/** A stream of which nothing is known. */
export const nothingKnown: KnownHistory = { events: [], last: { before: [] } };

/** Reads one page of a stream's history. */
export type ReadPage = (cursor: string | undefined) => Promise<Page<HistoryItem>>;

const pageOf = async (read: ReadPage, cursor: string | undefined): Promise<Page<HistoryItem>> => {
  try {
    return await read(cursor);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return { items: [] };
    throw error;
  }
};

/** Reads what has been added to a history; refuses to keep more than the bound. */
export const readOn = async (
  { events: messages }: Pick<Domain, "events">,
  read: ReadPage,
  known: KnownHistory,
): Promise<KnownHistory> => {
  let { last } = known;
  for (;;) {
    const { items, cursor } = await pageOf(read, last.cursor);
    const added = items.map((item) => ({ ...item, data: readOpened(messages, item) }));
    const events = [...last.before, ...added];
    if (cursor === undefined) return { events, last };
    if (events.length > eventsKept)
      throw new Error(`A history of more than ${eventsKept} events is too long to be kept.`);
    last = { before: events, cursor };
  }
};
