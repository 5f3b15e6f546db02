import type { IdempotencyRecord, IdempotencyRecords } from "../lib/core/command/idempotency.ts";
import { type Commit, parseCommit } from "../lib/core/log/commit.ts";
import type {
  Appended,
  EventStore,
  RangeOptions,
  TailOptions,
} from "../lib/core/log/event-store.ts";
import { itemBytes } from "../lib/core/log/item-size.ts";

/**
 * What can go wrong with one append: it never arrives (`lost-before`); it is written but its answer is lost
 * (`lost-after`), or it is written later, when the next append comes (`lost-late`); it is refused and the store does
 * not tell by what (`conflict-untold`).
 */
export type AppendFault = "lost-before" | "lost-after" | "lost-late" | "conflict-untold";

/** One call of the store, as the tests count them. */
export interface StoreCall {
  readonly call: "tail" | "range" | "append" | "find" | "keep";
  readonly consistent: boolean;
}

/** How the double behaves; everything has a default. */
export interface MemoryOptions {
  readonly now?: () => number;
  /** Awaited before a call takes effect and before it answers: where others come in between. */
  readonly between?: () => Promise<void>;
  /** How many of a stream's last commits an eventually consistent read does not see yet. */
  readonly lag?: () => number;
  /** Bytes after which a page of a range ends. */
  readonly pageBytesMax?: number;
}

/** The log in memory, with its idempotency records; behaves as the contract says and fails as it is told. */
export interface MemoryEventStore extends EventStore {
  readonly records: IdempotencyRecords;
  /** Every call so far. */
  readonly calls: StoreCall[];
  /** Faults of the next appends, one each. */
  readonly faults: (AppendFault | "none")[];
  /** What others do just before the next appends take effect, one each; neither faults nor rivals meet them. */
  readonly rivals: (() => Promise<unknown> | unknown)[];
  /** Every commit of a stream, oldest first. */
  commits(stream: string): readonly Commit[];
  /** Replaces a whole stream, unchecked: what a hand that edits the table could do. */
  plant(stream: string, commits: readonly Commit[]): void;
}

const copy = <T>(value: T): T => structuredClone(value);

/** An empty log in memory. */
export const createMemoryEventStore = (options: MemoryOptions = {}): MemoryEventStore => {
  const { now = Date.now, between = async () => {}, lag = () => 0 } = options;
  const { pageBytesMax = 1024 * 1024 } = options;
  const streams = new Map<string, Map<number, Commit>>();
  const answers = new Map<string, IdempotencyRecord>();
  const late: (() => void)[] = [];
  const calls: StoreCall[] = [];
  const faults: (AppendFault | "none")[] = [];
  const rivals: (() => unknown)[] = [];
  let isRivalsTurn = false;

  const sorted = (stream: string): Commit[] =>
    [...(streams.get(stream)?.values() ?? [])].sort((left, right) => left.version - right.version);
  const visible = (stream: string, consistent: boolean): readonly Commit[] => {
    const commits = sorted(stream);
    return consistent ? commits : commits.slice(0, Math.max(0, commits.length - lag()));
  };
  const standing = (key: string): IdempotencyRecord | undefined => {
    const record = answers.get(key);
    return record && record.expires * 1000 > now() ? record : undefined;
  };
  const write = (commits: readonly Commit[], record: IdempotencyRecord | undefined): Appended => {
    const winners = commits.flatMap(({ stream, version }) => {
      const winner = streams.get(stream)?.get(version);
      return winner ? [parseCommit(copy(winner))] : [];
    });
    const known = record && standing(record.key);
    if (winners.length > 0 || known)
      return { outcome: "conflict", winners, ...(known ? { record: copy(known) } : {}) };
    for (const commit of commits) {
      const stream = streams.get(commit.stream) ?? new Map<number, Commit>();
      streams.set(commit.stream, stream.set(commit.version, copy(commit)));
    }
    if (record) answers.set(record.key, copy(record));
    return { outcome: "written" };
  };
  const append = (commits: readonly Commit[], record: IdempotencyRecord | undefined): Appended => {
    for (const arrive of late.splice(0)) arrive();
    const fault = isRivalsTurn ? "none" : (faults.shift() ?? "none");
    if (fault === "none") return write(commits, record);
    if (fault === "conflict-untold") return { outcome: "conflict", winners: [] };
    if (fault === "lost-after") write(commits, record);
    if (fault === "lost-late") late.push(() => write(commits, record));
    return { outcome: "unsure", cause: new Error(`The answer was lost (${fault}).`) };
  };
  /** One call: counted, interrupted before and after, atomic in between. */
  const during = async <T>(
    call: StoreCall["call"],
    consistent: boolean,
    work: () => T,
  ): Promise<T> => {
    calls.push({ call, consistent });
    await between();
    const result = work();
    await between();
    return result;
  };
  const tail = (stream: string, { upTo, limit, consistent }: TailOptions) =>
    visible(stream, consistent)
      .filter(({ version }) => upTo === undefined || version <= upTo)
      .toReversed()
      .slice(0, limit)
      .map((commit) => parseCommit(copy(commit)));
  const range = (stream: string, { from, to, limit, consistent }: RangeOptions) => {
    const asked = visible(stream, consistent).filter(
      ({ version }) => version >= from && version <= (to ?? Number.POSITIVE_INFINITY),
    );
    let bytes = 0;
    const end = asked.findIndex((commit, index) => {
      bytes += itemBytes(commit);
      return index + 1 === limit || bytes >= pageBytesMax;
    });
    const page = (end === -1 ? asked : asked.slice(0, end + 1)).map((commit) =>
      parseCommit(copy(commit)),
    );
    const last = page.at(-1);
    // As DynamoDB does, a page that ends at its limit names a next one, even when nothing follows.
    return end === -1 || !last ? { commits: page } : { commits: page, next: last.version + 1 };
  };
  return {
    tail: (stream, asked) => during("tail", asked.consistent, () => tail(stream, asked)),
    range: (stream, asked) => during("range", asked.consistent, () => range(stream, asked)),
    append: async (commits, record) => {
      if (!isRivalsTurn) {
        isRivalsTurn = true;
        await rivals.shift()?.();
        isRivalsTurn = false;
      }
      return during("append", true, () => append(commits, record));
    },
    records: {
      find: (key) => during("find", true, () => copy(standing(key))),
      keep: (record) =>
        during("keep", true, () => {
          const kept = standing(record.key) ?? record;
          answers.set(record.key, copy(kept));
          return copy(kept);
        }),
    },
    calls,
    faults,
    rivals,
    commits: (stream) => sorted(stream).map(copy),
    plant: (stream, commits) => {
      streams.set(stream, new Map(commits.map((commit) => [commit.version, copy(commit)])));
    },
  };
};
