import { randomBytes, randomUUID } from "node:crypto";
import { type Commit, lastVersion, type UnhashedCommit } from "../lib/core/log/commit.ts";
import { commitHash, genesisHash } from "../lib/core/log/integrity.ts";

/** What a sample differs in. */
export interface SampleOptions extends Partial<UnhashedCommit> {
  /** How many events the commit holds. */
  readonly count?: number;
  /** Roughly how many bytes it has. */
  readonly bytes?: number;
}

/** A stream that no other test uses. */
export const newStream = (): string => `sample-${randomUUID()}`;

/** A commit of a sample stream, chained to the previous one. */
export const sampleCommit = (
  stream: string,
  previous?: Commit,
  { count = 1, bytes = 0, ...other }: SampleOptions = {},
): Commit => {
  const content: UnhashedCommit = {
    stream,
    version: previous ? lastVersion(previous) + 1 : 1,
    format: 1,
    events: Array.from({ length: count }, (_, index) => ({
      type: "Noted",
      schema: 1,
      data: { index, text: "x".repeat(Math.ceil(bytes / count)) },
    })),
    id: new Uint8Array(randomBytes(16)),
    time: "2026-11-01T12:00:00.000Z",
    people: ["ann"],
    actor: "ann",
    correlationId: "correlation",
    causationId: "causation",
    snapshotVersion: 0,
    ...other,
  };
  return { ...content, hash: commitHash(previous?.hash ?? genesisHash, content) };
};

/** The first commits of a stream, each holding as many events as `counts` says. */
export const sampleChain = (
  stream: string,
  counts: readonly number[],
  options: SampleOptions = {},
): readonly [Commit, ...Commit[]] => {
  const [first = 1, ...others] = counts;
  const chain: [Commit, ...Commit[]] = [
    sampleCommit(stream, undefined, { ...options, count: first }),
  ];
  for (const count of others) chain.push(sampleCommit(stream, chain.at(-1), { ...options, count }));
  return chain;
};
