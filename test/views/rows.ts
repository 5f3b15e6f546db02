import { isDeepStrictEqual } from "node:util";
import * as z from "zod/mini";
import type { Commit } from "../../lib/core/log/commit.ts";
import { advance, emptyStream, type Loaded } from "../../lib/core/log/loaded.ts";
import { type StoredValue, toStored } from "../../lib/core/log/stored-value.ts";
import { type DocumentView, rowOf } from "../../lib/core/view/document-view.ts";
import { viewEvents } from "../../lib/core/view/envelope.ts";
import { ledgerRows } from "../../lib/core/view/ledger-view.ts";
import { tallyAdditions } from "../../lib/core/view/tally-view.ts";
import type { View } from "../../lib/core/view/view.ts";

/** What a view makes of commits, by `<stream>@<version>`. */
export type Rows = Readonly<Record<string, StoredValue>>;

/** A document after each commit: its state, and where it is found. */
const documentRows = (view: DocumentView, commits: readonly Commit[]): Rows => {
  const { domain } = view;
  const streams = new Map<string, Loaded>();
  const rows = commits.map((commit) => {
    const { stream, version } = commit;
    const loaded = advance(domain, streams.get(stream) ?? emptyStream(domain, stream), commit);
    streams.set(stream, loaded);
    const { state, entries } = rowOf(view, loaded);
    return [`${stream}@${version}`, toStored({ state, entries })] as const;
  });
  return Object.fromEntries(rows);
};

/** What is stored of commits, as far as a definition decides on it: how a tally is spread over shards is no part of that. */
export const rowsOf = (view: View, commits: readonly Commit[]): Rows => {
  if (view.kind === "document") return documentRows(view, commits);
  const events = commits.flatMap((commit) => viewEvents(view.domain, commit));
  const rows = events.map(({ event, at }) => {
    const made =
      view.kind === "ledger"
        ? ledgerRows(view, event, at)
        : tallyAdditions(view, event, at).map(({ shard: _, ...addition }) => addition);
    return [`${at.stream}@${at.version}`, toStored(made)] as const;
  });
  return Object.fromEntries(rows);
};

const Document = z.strictObject({
  state: z.strictObject({ schema: z.int(), state: z.custom<StoredValue>() }),
  entries: z.record(z.string(), z.unknown()),
});

/** How a row differs from the one that was stored; undefined when it does not. */
export const difference = (
  view: View,
  before: StoredValue,
  now: StoredValue,
): "row" | "state" | undefined => {
  if (view.kind !== "document") return isDeepStrictEqual(before, now) ? undefined : "row";
  const [old, today] = [Document.parse(before), Document.parse(now)];
  const lifted = toStored(view.domain.state.read(old.state.schema, old.state.state));
  if (!isDeepStrictEqual(lifted, today.state.state)) return "state";
  return isDeepStrictEqual(old.entries, today.entries) ? undefined : "row";
};

/** What the examples leave out of a view: a ledger or tally without rows, an index without entries. */
export const gaps = (view: View, rows: Rows): readonly string[] => {
  const made = Object.values(rows);
  if (view.kind !== "document") {
    const isFilled = made.some((each) => Array.isArray(each) && each.length > 0);
    return isFilled ? [] : [`No example gives ${view.name} a row.`];
  }
  const documents = made.map((each) => Document.parse(each));
  return Object.keys(view.domain.indexes ?? {})
    .filter((index) => !documents.some(({ entries }) => Object.hasOwn(entries, index)))
    .map((index) => `No example is found by the index ${index} of ${view.name}.`);
};
