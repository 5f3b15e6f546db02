import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { inParallel } from "../lib/core/in-parallel.ts";
import type { Commit } from "../lib/core/log/commit.ts";
import { advance, emptyStream, type Loaded } from "../lib/core/log/loaded.ts";
import { isDamaged, type LogWalker, type WalkCursor } from "../lib/core/log/segments.ts";
import { rowOf } from "../lib/core/view/document-view.ts";
import { viewEvents } from "../lib/core/view/envelope.ts";
import { ledgerRows } from "../lib/core/view/ledger-view.ts";
import { tallyAdditions } from "../lib/core/view/tally-view.ts";
import type { View } from "../lib/core/view/view.ts";
import type { BenchReadSide } from "./read-side.ts";

/** Takes one commit of one event into a view, with one write. */
type Take = (commit: Commit) => Promise<unknown>;

/** The fold of each stream so far, in memory; its row is written with every event. */
const takeDocument = ({ ports }: BenchReadSide, view: View, generation: number): Take => {
  if (view.kind !== "document") throw new Error(`${view.name} is no document view.`);
  const rows = ports.tables.documents(view, generation);
  const heads = new Map<string, Loaded>();
  return (commit) => {
    const before = heads.get(commit.stream) ?? emptyStream(view.domain, commit.stream);
    const loaded = advance(view.domain, before, commit);
    heads.set(commit.stream, loaded);
    return rows.put(rowOf(view, loaded));
  };
};

/** The row of each event, by itself; no checkpoint. */
const takeLedger = ({ ports }: BenchReadSide, view: View, generation: number): Take => {
  if (view.kind !== "ledger") throw new Error(`${view.name} is no ledger.`);
  const rows = ports.tables.ledger(view, generation);
  return (commit) =>
    rows.put(
      viewEvents(view.domain, commit).flatMap(({ event, at }) => ledgerRows(view, event, at)),
    );
};

const addTo = (client: BenchReadSide["client"], table: string, key: object, sums: object) => {
  const entries = Object.entries(sums);
  return client.send(
    new UpdateCommand({
      TableName: table,
      Key: { ...key },
      UpdateExpression: `ADD ${entries.map((_, at) => `#${at} :${at}`).join(", ")}`,
      ExpressionAttributeNames: Object.fromEntries(entries.map(([name], at) => [`#${at}`, name])),
      ExpressionAttributeValues: Object.fromEntries(entries.map(([, sum], at) => [`:${at}`, sum])),
    }),
  );
};

/** One bare addition for each event: a repeat would add again, for there is no checkpoint. */
const takeTally = ({ client }: BenchReadSide, view: View, generation: number): Take => {
  if (view.kind !== "tally") throw new Error(`${view.name} is no tally.`);
  return async (commit) => {
    for (const { event, at } of viewEvents(view.domain, commit))
      for (const { partition, sort, sums } of tallyAdditions(view, event, at))
        await addTo(
          client,
          view.table.name,
          { partition: `${generation}#${partition}`, sort },
          sums,
        );
  };
};

const takes = { document: takeDocument, ledger: takeLedger, tally: takeTally } as const;

async function* commitsOf(log: LogWalker, segment: number, segments: number) {
  let after: WalkCursor | undefined;
  do {
    const page = await log.commits({ segment, segments, ...(after ? { after } : {}) });
    for (const item of page.items) if (!isDamaged(item)) yield item;
    after = page.next;
  } while (after);
}

/** How a replay walks the log, and after how many events it ends. */
export interface Replay {
  readonly generation: number;
  readonly segments: number;
  readonly segmentsAtOnce: number;
  readonly eventsMax: number;
}

/**
 * Replays the log into a build of a view with one write for each event: the same segments and as many at once as a
 * rebuild, the events of a segment one after the other. Answers how many it took in.
 */
export const replayNaively = async (
  side: BenchReadSide,
  view: View,
  { generation, segments, segmentsAtOnce, eventsMax }: Replay,
  progress: (done: number) => void,
): Promise<number> => {
  const take = takes[view.kind](side, view, generation);
  const all = Array.from({ length: segments }, (_, segment) => segment);
  let events = 0;
  await inParallel(all, segmentsAtOnce, async (segment) => {
    for await (const commit of commitsOf(side.ports.log, segment, segments)) {
      if (events >= eventsMax) return;
      events += 1;
      await take(commit);
      progress(events / eventsMax);
    }
  });
  return events;
};
