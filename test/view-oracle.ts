import { expect } from "vitest";
import type { Commit } from "../lib/core/log/commit.ts";
import { advance, emptyStream, type Loaded } from "../lib/core/log/loaded.ts";
import { type DocumentRow, rowOf } from "../lib/core/view/document-view.ts";
import { viewEvents } from "../lib/core/view/envelope.ts";
import { ledgerRows } from "../lib/core/view/ledger-view.ts";
import { tallyAdditions } from "../lib/core/view/tally-view.ts";
import type { View } from "../lib/core/view/view.ts";
import type { MemoryViews } from "./memory-views.ts";

/** What a build of a view holds: rows of any kind as texts, and how far each stream is applied. */
export interface Held {
  readonly heads: Map<string, number>;
  readonly rows: readonly string[];
}

const rowText = ({ hash, ...row }: DocumentRow): string =>
  JSON.stringify([Buffer.from(hash).toString("hex"), Object.entries(row).sort()]);

/** What one build of a view must hold, from the log alone: rows of any kind, and how far each stream is applied. */
export const expectedOf = (view: View, commits: readonly Commit[]): Held => {
  const events = commits.flatMap((commit) => viewEvents(view.domain, commit));
  const heads = new Map<string, number>();
  for (const { at } of events)
    heads.set(at.stream, Math.max(at.version, heads.get(at.stream) ?? 0));
  if (view.kind === "ledger") {
    const rows = events.flatMap(({ event, at }) => ledgerRows(view, event, at));
    return { heads, rows: rows.map((row) => JSON.stringify([row.key, row.values])).sort() };
  }
  if (view.kind === "document") {
    const folded = new Map<string, Loaded>();
    for (const commit of commits) {
      const before = folded.get(commit.stream) ?? emptyStream(view.domain, commit.stream);
      folded.set(commit.stream, advance(view.domain, before, commit));
    }
    return { heads, rows: [...folded.values()].map((each) => rowText(rowOf(view, each))).sort() };
  }
  const sums = new Map<string, number>();
  for (const { event, at } of events)
    for (const addition of tallyAdditions(view, event, at))
      for (const [name, sum] of Object.entries(addition.sums)) {
        const key = JSON.stringify([addition.partition, addition.sort, name]);
        sums.set(key, (sums.get(key) ?? 0) + sum);
      }
  return { heads, rows: [...sums].map((entry) => JSON.stringify(entry)).sort() };
};

/** What one build of a view does hold, in the same form. */
export const heldBy = (memory: MemoryViews, view: View, generation: number): Held => {
  if (view.kind === "document") {
    const standing = [...memory.documents(view, generation).standing.values()];
    return {
      heads: new Map(standing.map(({ stream, version }) => [stream, version])),
      rows: standing.map(rowText).sort(),
    };
  }
  const heads = new Map(memory.checkpoints(view, generation));
  if (view.kind === "ledger") {
    const rows = memory.ledger(view, generation);
    return { heads, rows: rows.map((row) => JSON.stringify([row.key, row.values])).sort() };
  }
  const rows = memory
    .tally(view, generation)
    .flatMap(({ partition, sort, sums }) =>
      Object.entries(sums).map(([name, sum]) =>
        JSON.stringify([JSON.stringify([partition, sort, name]), sum]),
      ),
    );
  return { heads, rows: rows.sort() };
};

/** Fails unless a build of a view holds what the log says, no more and no less. */
export const expectBuilt = (
  side: { readonly memory: MemoryViews; log(): readonly Commit[] },
  view: View,
  generation: number,
): void => expect(heldBy(side.memory, view, generation)).toEqual(expectedOf(view, side.log()));
