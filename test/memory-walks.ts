import { createHash } from "node:crypto";
import type {
  AuditProgress,
  AuditRecord,
  Audits,
  ServedDocuments,
} from "../lib/core/audit/audit.ts";
import { type Commit, parseCommit } from "../lib/core/log/commit.ts";
import type {
  Damaged,
  LogWalker,
  Saved,
  SaveOptions,
  WalkCursor,
  WalkOptions,
  WalkPage,
} from "../lib/core/log/segments.ts";
import type { DocumentRow } from "../lib/core/view/document-view.ts";
import type { During } from "./memory-tables.ts";

/** Something that a walk meets, and where it stands: by the hash of its partition, then by its sort key. */
interface Place<T> {
  readonly item: T;
  readonly partition: string;
  readonly sort: number;
  readonly cursor: WalkCursor;
}

const hashes = new Map<string, number>();

const hashOf = (partition: string): number => {
  const known = hashes.get(partition);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(partition).digest().readUInt32BE();
  hashes.set(partition, hash);
  return hash;
};

const order = (
  left: Pick<Place<unknown>, "partition" | "sort">,
  right: Pick<Place<unknown>, "partition" | "sort">,
): number =>
  hashOf(left.partition) - hashOf(right.partition) ||
  (left.partition < right.partition ? -1 : left.partition > right.partition ? 1 : 0) ||
  left.sort - right.sort;

/** A page of a scan; one that is full names a next one, whether anything follows or not. */
const pageOf = <T>(
  places: readonly Place<T>[],
  { segment, segments, after, limit = Number.POSITIVE_INFINITY }: WalkOptions,
  most: number,
  placeOf: (cursor: WalkCursor) => Pick<Place<unknown>, "partition" | "sort">,
): WalkPage<T> => {
  const pageSize = Math.min(most, limit);
  const page = places
    .filter(({ partition }) => hashOf(partition) % segments === segment)
    .filter((place) => after === undefined || order(place, placeOf(after)) > 0)
    .sort(order)
    .slice(0, pageSize);
  const items = page.map(({ item }) => item);
  const last = page.at(-1);
  return page.length === pageSize && last ? { items, next: last.cursor } : { items };
};

const readCommit = (commit: Commit): Commit | Damaged => {
  try {
    return parseCommit(commit);
  } catch (error) {
    const { stream, version } = commit;
    return { stream, version, damage: String(error) };
  }
};

/** Walks a log in memory, so many commits at a time. */
export const memoryLogWalker = (
  commits: () => readonly Commit[],
  pageSize: number,
  during: During,
): LogWalker => {
  const walk = <T>(read: (commit: Commit) => T, options: WalkOptions): WalkPage<T> => {
    const places = commits().map((commit) => {
      const { stream, version } = commit;
      const cursor = { stream, version };
      return { item: read(commit), partition: stream, sort: version, cursor };
    });
    return pageOf(places, options, pageSize, ({ stream, version }) => ({
      partition: String(stream),
      sort: Number(version),
    }));
  };
  return {
    commits: (options) => during("log.commits", () => walk(readCommit, options)),
    keys: (options) =>
      during("log.keys", () => walk(({ stream, version }) => ({ stream, version }), options)),
  };
};

/** Walks the rows of a generation in memory, so many at a time. */
export const memoryRowWalker =
  (rows: () => readonly DocumentRow[], pageSize: number, during: During): ServedDocuments["walk"] =>
  (options) =>
    during("rows.walk", () => {
      const places = rows().map((item) => {
        const { stream } = item;
        return { item, partition: stream, sort: 0, cursor: { row: stream } };
      });
      const page = pageOf(places, options, pageSize, ({ row }) => ({
        partition: String(row),
        sort: 0,
      }));
      return page;
    });

/** What is recorded of audits, in memory. */
export interface MemoryAudits {
  latest: AuditRecord | undefined;
  readonly progress: Map<number, Saved<AuditProgress>>;
}

/** Nothing was audited yet. */
export const emptyAudits = (): MemoryAudits => ({ latest: undefined, progress: new Map() });

const save = (
  { progress: known }: MemoryAudits,
  progress: AuditProgress,
  { at, from }: SaveOptions,
): boolean => {
  const standing = known.get(progress.segment);
  if (standing?.done || JSON.stringify(standing?.after) !== JSON.stringify(from)) return false;
  known.set(progress.segment, structuredClone({ ...progress, savedAt: at }));
  return true;
};

/** What is recorded of audits, as one process meets it. */
export const memoryAudits = (records: MemoryAudits, during: During): Audits => ({
  begin: (record) =>
    during("audits.begin", () => {
      records.latest = record;
      records.progress.clear();
    }),
  find: () => during("audits.find", () => records.latest),
  progress: (run) =>
    during("audits.progress", () =>
      records.latest?.run === run ? [...records.progress.values()] : [],
    ),
  save: (run, progress, options) =>
    during("audits.save", () =>
      records.latest?.run === run ? save(records, progress, options) : true,
    ),
});
