import type { EventReader } from "../log/event-store.ts";
import { load } from "../log/load.ts";
import { type DocumentRows, type DocumentView, rowOf } from "./document-view.ts";

/**
 * Brings the row of one stream to the head of the log, from its newest snapshot and whatever the row was, and answers
 * the version of that head. Repeats change nothing: a row is only ever replaced by a later version of itself.
 */
export const applyHead = async (
  view: DocumentView,
  rows: Pick<DocumentRows, "put">,
  store: EventReader,
  stream: string,
): Promise<number> => {
  const loaded = await load(view.domain, store, stream, { consistent: true });
  await rows.put(rowOf(view, loaded));
  return loaded.version;
};
