import { type RecentRow, withAdded } from "./recent-rows.ts";
import { addSums } from "./sum.ts";
import {
  type ShardAddition,
  type TallyMark,
  type TallyWrite,
  transactionActionsMax,
} from "./tally-view.ts";

/** What one event of a stream adds. */
export interface Contribution {
  readonly stream: string;
  readonly version: number;
  readonly additions: readonly ShardAddition[];
}

const shardKey = ({ partition, sort, shard }: ShardAddition): string =>
  JSON.stringify([partition, sort, shard]);

const sum = (left: ShardAddition | undefined, right: ShardAddition): ShardAddition =>
  left ? { ...right, sums: addSums(left.sums, right.sums) } : right;

/**
 * Packs contributions, in their order, into as few transactions as the bound on actions allows; recent rows go on from
 * what the streams' marks hold. Refuses an event that adds to more rows than one transaction may have.
 */
export const packTally = (
  contributions: readonly Contribution[],
  marks: ReadonlyMap<string, TallyMark> = new Map(),
  now = 0,
): readonly TallyWrite[] => {
  const writes: TallyWrite[] = [];
  const recent = new Map<string, readonly RecentRow[]>();
  let rows = new Map<string, ShardAddition>();
  let checkpoints = new Map<string, TallyWrite["checkpoints"][number]>();
  const close = (): void => {
    if (checkpoints.size > 0)
      writes.push({ additions: [...rows.values()], checkpoints: [...checkpoints.values()] });
    rows = new Map();
    checkpoints = new Map();
  };
  for (const { stream, version, additions } of contributions) {
    const needed = new Set([...rows.keys(), ...additions.map(shardKey)]).size;
    const streams = checkpoints.size + (checkpoints.has(stream) ? 0 : 1);
    if (needed + streams > transactionActionsMax) close();
    if (new Set(additions.map(shardKey)).size >= transactionActionsMax)
      throw new Error(`${stream}@${version} adds to more rows than one transaction may have.`);
    for (const addition of additions)
      rows.set(shardKey(addition), sum(rows.get(shardKey(addition)), addition));
    const known = recent.get(stream) ?? marks.get(stream)?.recent ?? [];
    const added = withAdded(known, additions, now);
    recent.set(stream, added);
    const from = checkpoints.get(stream)?.from ?? version - 1;
    const touched = added.length > 0 ? { recent: added } : {};
    checkpoints.set(stream, { stream, from, to: version, ...touched });
  }
  close();
  return writes;
};
