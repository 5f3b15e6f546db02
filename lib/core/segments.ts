import type { Commit } from "./commit.ts";

/** Parts into which a walk over a whole table is split, each worked on by itself. */
export const segmentsDefault = 8;

/** Where a walk goes on: the key of the last item seen, opaque. */
export type WalkCursor = Readonly<Record<string, string | number>>;

/** One page of a walk. */
export interface WalkPage<T> {
  readonly items: readonly T[];
  readonly next?: WalkCursor;
}

/** Which part of a table is walked, from where on. */
export interface WalkOptions {
  readonly segment: number;
  readonly segments: number;
  readonly after?: WalkCursor;
}

/** Walks the whole log, strongly read; commits of one stream stand together and in order. */
export interface LogWalker {
  commits(options: WalkOptions): Promise<WalkPage<Commit>>;
}

/** How far the work on one segment has come; saved after every page, so that it goes on after a crash. */
export interface SegmentProgress {
  readonly segment: number;
  readonly done: boolean;
  readonly after?: WalkCursor;
  readonly streams: number;
  readonly events: number;
}

/** A segment that nothing was done of yet. */
export const untouched = (segment: number): SegmentProgress => ({
  segment,
  done: false,
  streams: 0,
  events: 0,
});
