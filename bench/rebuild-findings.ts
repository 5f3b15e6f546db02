import type { Usage } from "../lib/core/meter.ts";
import type { View } from "../lib/core/view/view.ts";
import type { Findings, Table } from "./benchmark.ts";
import { figure } from "./figures.ts";

/** What one way of filling a view took. */
export interface Filling {
  readonly events: number;
  readonly seconds: number;
  readonly used: Usage;
}

/** Both ways of filling one view. */
export interface BuiltView {
  readonly view: View;
  readonly ours: Filling;
  readonly naive: Filling;
}

/** The log that was built from, and how it was walked. */
export interface BuiltLog {
  readonly streams: number;
  readonly events: number;
  readonly segments: number;
  readonly atOnce: number;
}

const perSecond = ({ events, seconds }: Filling): number => events / seconds;
const writesPerEvent = ({ events, used }: Filling): number => used.writeUnits / events;
const faster = ({ ours, naive }: BuiltView): number => perSecond(ours) / perSecond(naive);
const fewer = ({ ours, naive }: BuiltView): number => writesPerEvent(naive) / writesPerEvent(ours);
const times = (ratio: number): string => `${figure(ratio, 1)} x`;

const row = (built: BuiltView): readonly string[] => {
  const { view, ours, naive } = built;
  return [
    view.name,
    view.kind,
    figure(perSecond(ours), 0),
    figure(perSecond(naive), 0),
    times(faster(built)),
    figure(writesPerEvent(ours), 3),
    figure(writesPerEvent(naive), 3),
    times(fewer(built)),
    figure(ours.used.readUnits / ours.events, 3),
  ];
};

const table = (
  built: readonly BuiltView[],
  { streams, events, segments, atOnce }: BuiltLog,
): Table => {
  const replayed = built.map(({ view, naive }) => `${figure(naive.events)} into ${view.name}`);
  return {
    title: `Rebuild of ${figure(events)} events in ${figure(streams)} streams`,
    columns: [
      ...["View", "Kind", "Events a second", "Naive, events a second", "Faster"],
      ...["Write units an event", "Naive, write units an event", "Fewer", "Read units an event"],
    ],
    rows: built.map(row),
    remarks: [
      `Naive: the same scan of the same ${segments} segments, ${atOnce} at a time, and one write for each event as it comes; no checkpoints, so that a crash would mean to begin anew, and a tally would count twice.`,
      `The naive replay took in ${replayed.join(", ")}; its rate does not depend on how many.`,
      "A ledger has a row for each event, so that a rebuild cannot write fewer; and the engine writes the items of a batch one after the other, so that here it is not much faster either.",
      "A document's rebuild goes from stream to stream where streams are long, and reads the last commit of each. Its walk is not split here, as on the local host, for the engine cannot skip in one that is; DynamoDB can.",
    ],
  };
};

const fasterMin = 10;
const fewerMin = 20;

/** What was found, and how it compares with what is promised of document views. */
export const comparisonFindings = (built: readonly BuiltView[], log: BuiltLog): Findings => {
  const documents = built.filter(({ view }) => view.kind === "document");
  const least = (ratio: (built: BuiltView) => number) => Math.min(...documents.map(ratio));
  return {
    tables: [table(built, log)],
    targets: [
      {
        promise: `a document view is rebuilt at least ${fasterMin} times faster than naively`,
        seen: times(least(faster)),
        isMet: least(faster) >= fasterMin,
      },
      {
        promise: `a rebuild of a document view takes at least ${fewerMin} times fewer write units`,
        seen: times(least(fewer)),
        isMet: least(fewer) >= fewerMin,
      },
    ],
  };
};
