import type { Caller } from "../domain/access.ts";
import type { Domain, Step } from "../domain/domain.ts";
import type { Message } from "../domain/message.ts";
import type { Commit } from "../log/commit.ts";
import type { EventStore } from "../log/event-store.ts";
import type { SnapshotPolicy } from "../log/snapshot.ts";
import type { StateCache } from "../log/state-cache.ts";
import type { Sealer } from "../personal/sealing.ts";
import type { Clock } from "../retry.ts";
import type { Contention } from "./contention.ts";
import type { IdempotencyRecords, IdempotentRequest } from "./idempotency.ts";

/** A parsed and authenticated request to change one stream, or several of one domain, all or none. */
export interface CommandRequest {
  readonly domain: Domain;
  /** One (stream, command) pair each; a later command may depend on what the pair before decided. */
  readonly steps: readonly Step<Message, Message>[];
  readonly caller: Caller;
  /** The first step's stream must be at this version (`If-Match`). */
  readonly expectedVersion?: number;
  readonly idempotency?: IdempotentRequest;
  readonly correlationId: string;
  readonly causationId: string;
}

/** What became of one stream; `events` is empty after a safe repeat. */
export interface StreamAnswer {
  readonly stream: string;
  readonly version: number;
  readonly created: boolean;
  readonly events: readonly { readonly type: string; readonly version: number }[];
}

/** What became of a command, one entry a step. */
export interface CommandAnswer {
  readonly streams: readonly StreamAnswer[];
}

/** What became of the stream that a commit was added to. */
export const answerFor = (commit: Pick<Commit, "stream" | "version" | "events">): StreamAnswer => ({
  stream: commit.stream,
  version: commit.version + commit.events.length - 1,
  created: commit.version === 1,
  events: commit.events.map(({ type }, index) => ({ type, version: commit.version + index })),
});

/** Everything `execute` needs of the world. */
export interface CommandPorts extends Clock {
  readonly store: EventStore;
  readonly states: StateCache;
  readonly contention: Contention;
  readonly records: IdempotencyRecords;
  readonly sealer: Sealer;
  readonly policy: SnapshotPolicy;
  /** A new commit id, 16 bytes. */
  newId(): Uint8Array;
}
