import type { Domain } from "../domain/domain.ts";
import { type EventReader, readRange } from "./event-store.ts";
import { commitHolding } from "./load.ts";

/** One event as a reader of the history sees it, in today's shape; personal values are still sealed. */
export interface HistoryItem {
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly time: string;
  readonly actor: string;
}

/** Events in order, and the version that the next page starts with. */
export interface HistoryPage {
  readonly items: readonly HistoryItem[];
  readonly next?: number;
}

/** At most `limit` events of a stream from version `from`, read strongly. */
export const readHistory = async (
  domain: Domain,
  store: EventReader,
  stream: string,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<HistoryPage> => {
  const items: HistoryItem[] = [];
  const first = from === 1 ? 1 : (await commitHolding(store, stream, from))?.version;
  if (first === undefined) return { items };
  const commits = readRange(store, stream, { from: first, limit: limit + 1, consistent: true });
  for await (const commit of commits) {
    const { time, actor } = commit;
    for (const [index, stored] of commit.events.entries()) {
      const version = commit.version + index;
      if (version < from) continue;
      if (items.length === limit) return { items, next: version };
      const { type, data } = domain.events.read(stored);
      items.push({ version, type, data, time, actor });
    }
  }
  return { items };
};
