import { type Domain, subjectOf } from "../domain/domain.ts";
import type { Message } from "../domain/message.ts";
import { Refusal } from "../errors.ts";
import type { Commit, StoredEvent, StoredState, UnhashedCommit } from "./commit.ts";
import { commitHash } from "./integrity.ts";
import { itemBytes, itemBytesMax } from "./item-size.ts";
import { advance, foldCommit, type Loaded } from "./loaded.ts";
import { type SnapshotPolicy, wantsSnapshot } from "./snapshot.ts";
import { toStored } from "./stored-value.ts";

/** What is known of a commit besides its events. */
export interface CommitFacts {
  readonly id: Uint8Array;
  readonly time: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** Users whose values were sealed for this commit. */
  readonly subjects: readonly string[];
}

/** A commit ready to be written, the stream as it is afterwards, and the size of that state. */
export interface BuiltCommit {
  readonly commit: Commit;
  readonly loaded: Loaded;
  readonly stateBytes: number;
}

const hashBytes = 32 + "hash".length;

const storeEvent = (domain: Domain, { type, data }: Message): StoredEvent => {
  const lineage = domain.events.lineages[type];
  if (!lineage) throw new Error(`${domain.category} has no event ${type}.`);
  return { type, schema: lineage.schema, data: toStored(data, type) };
};

const peopleOf = (domain: Domain, state: unknown, subjects: readonly string[]): string[] => {
  const { owner, parties } = subjectOf(domain, state);
  const named = [owner, ...Object.values(parties), ...subjects];
  return [...new Set(named.filter((person) => person !== undefined))].sort();
};

/**
 * Builds the one item that a command adds to a stream. Refuses a commit above DynamoDB's item size, personal values in
 * clear, and values that would not be kept exactly.
 */
export const buildCommit = (
  domain: Domain,
  before: Loaded,
  events: readonly Message[],
  facts: CommitFacts,
  policy: SnapshotPolicy,
): BuiltCommit => {
  const { subjects, ...named } = facts;
  const bare = {
    stream: before.stream,
    version: before.version + 1,
    format: 1 as const,
    events: events.map((event) => storeEvent(domain, event)),
    ...named,
  };
  // Folding parses the events as they will be read: what no reader could parse is refused here.
  const state = foldCommit(domain, before.state, bare);
  const { owner } = subjectOf(domain, state);
  const unhashed: UnhashedCommit = {
    ...bare,
    ...(owner === undefined ? {} : { owner }),
    people: peopleOf(domain, state, subjects),
    snapshotVersion: before.snapshotVersion,
  };
  const snapshot: StoredState = { schema: domain.state.schema, state: toStored(state, "state") };
  const commitBytes = itemBytes(unhashed) + hashBytes;
  const snapshotBytes = itemBytes({ snapshot });
  if (commitBytes > itemBytesMax)
    throw new Refusal(
      "too-large",
      `The commit has ${commitBytes} bytes; ${itemBytesMax} is the limit.`,
    );
  const carries =
    commitBytes + snapshotBytes <= itemBytesMax &&
    wantsSnapshot(policy, {
      commitBytes,
      snapshotBytes,
      eventsSince: before.eventsSince + events.length,
      bytesSince: before.bytesSince + commitBytes,
    });
  const content: UnhashedCommit = carries ? { ...unhashed, snapshot } : unhashed;
  const commit: Commit = { ...content, hash: commitHash(before.hash, content) };
  const loaded = advance(domain, before, commit, () => state);
  return { commit, loaded, stateBytes: snapshotBytes };
};
