import type { IdempotencyRecord } from "../command/idempotency.ts";
import type { Commit } from "./commit.ts";

/** Which end of a stream to read. */
export interface TailOptions {
  /** Only commits whose key is at most this version. */
  readonly upTo?: number;
  readonly limit: number;
  readonly consistent: boolean;
}

/** Which commits to read, by key, both ends included. */
export interface RangeOptions {
  readonly from: number;
  readonly to?: number;
  readonly limit?: number;
  readonly consistent: boolean;
}

/** One page of commits, oldest first. */
export interface CommitPage {
  readonly commits: readonly Commit[];
  /** Key to go on from; absent on the last page. */
  readonly next?: number;
}

/**
 * What became of an append. `conflict`: nothing was written, and `winners` are the commits that were in the way as far
 * as the store told; `unsure`: the store did not answer, and the write may or may not have happened.
 */
export type Appended =
  | { readonly outcome: "written" }
  | {
      readonly outcome: "conflict";
      readonly winners: readonly Commit[];
      readonly record?: IdempotencyRecord;
    }
  | { readonly outcome: "unsure"; readonly cause: unknown };

/** Reads the log. */
export interface EventReader {
  /** The last commits of a stream, newest first. */
  tail(stream: string, options: TailOptions): Promise<readonly Commit[]>;
  /** One page of a stream, oldest first. */
  range(stream: string, options: RangeOptions): Promise<CommitPage>;
}

/** The log. Commits are added under a key that must be free; they are never changed and never removed. */
export interface EventStore extends EventReader {
  /** Writes one commit a stream, all or none, together with the record of an idempotent request. */
  append(commits: readonly Commit[], record?: IdempotencyRecord): Promise<Appended>;
}

/** Every commit of a range, oldest first, page by page. */
export async function* readRange(
  store: EventReader,
  stream: string,
  options: RangeOptions,
): AsyncGenerator<Commit> {
  let from: number | undefined = options.from;
  while (from !== undefined && from <= (options.to ?? Number.POSITIVE_INFINITY)) {
    const page: CommitPage = await store.range(stream, { ...options, from });
    yield* page.commits;
    from = page.next;
  }
}
