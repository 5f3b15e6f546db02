import type { Commit } from "./commit.ts";

/** Parts into which a walk over a whole table is split, each worked on by itself. */
export const segmentsDefault = 8;

/** Where a walk goes on: the key of the last item seen, opaque. */
export type WalkCursor = Readonly<Record<string, string | number>>;

/** An item that cannot be read as what it should be, and where it stands (version 0 when it does not say). */
export interface Damaged {
  readonly stream: string;
  readonly version: number;
  readonly damage: string;
}

/** Where a commit stands. */
export type CommitKey = Pick<Commit, "stream" | "version">;

/** True for an item that a walk could not read. */
export const isDamaged = <T extends { readonly hash: Uint8Array }>(
  item: T | Damaged,
): item is Damaged => !("hash" in item);

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
  /** Items that a page has at most; undefined: as many as the store gives. */
  readonly limit?: number;
}

/**
 * Walks the whole log, strongly read; commits of one stream stand together and in order, and all of them in one
 * segment. A cursor names `stream` and `version` of the last item seen, or of one that need not be there.
 */
export interface LogWalker {
  commits(options: WalkOptions): Promise<WalkPage<Commit | Damaged>>;
  /** The same walk, of which only the keys are told: as many read units, but little to carry and to parse. */
  keys(options: WalkOptions): Promise<WalkPage<CommitKey>>;
}

/**
 * Where a walk goes on that is to meet nothing more of a stream. Source: AWS Database Blog, "Generate a distinct set of
 * partition keys for an Amazon DynamoDB table efficiently".
 */
export const behindStream = (stream: string): WalkCursor => ({
  stream,
  version: Number.MAX_SAFE_INTEGER,
});

/** How far the work on one segment has come; saved after every page, so that it goes on after a crash. */
export interface SegmentProgress {
  readonly segment: number;
  readonly done: boolean;
  readonly after?: WalkCursor;
  readonly streams: number;
  readonly events: number;
}

/** Progress as it was saved, and when (ISO 8601). */
export type Saved<P extends SegmentProgress> = P & { readonly savedAt: string };

/** When progress is saved (ISO 8601), and where the work stood that led to it; undefined at the start of a segment. */
export interface SaveOptions {
  readonly at: string;
  readonly from: WalkCursor | undefined;
}

/** A segment that nothing was done of yet. */
export const untouched = (segment: number): SegmentProgress => ({
  segment,
  done: false,
  streams: 0,
  events: 0,
});
