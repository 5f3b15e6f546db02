import { batchMax, measured, type Units, unitBytes } from "./measured.ts";
import type { Workload } from "./workload.ts";

/** Seconds of a month: 365 days in twelve parts. */
export const monthSeconds = (365 * 24 * 3600) / 12;

const gigabyte = 1024 ** 3;

/** What DynamoDB adds to the size of each item that is stored. */
export const itemOverheadBytes = 100;

/** What flows through the system in a second, and what has gathered in the log. */
export interface Flow {
  readonly commands: number;
  readonly queries: number;
  /** Units of the event table and of idempotency records that commands take. */
  readonly commandUnits: Units;
  readonly viewUnits: Units;
  readonly users: number;
  /** Size of the log, and its streams. */
  readonly logBytes: number;
  readonly logGigabytes: number;
  readonly streams: number;
  /** Shards of the log's stream, and what the projector does with them. */
  readonly shards: number;
  readonly batch: number;
  readonly batches: number;
  readonly batchMs: number;
  /** Events that one shard can pass on to the projector. */
  readonly shardMax: number;
}

/** Write units that an item of this size costs. */
export const writesOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / unitBytes.write));

const commandUnits = (workload: Workload): Units => {
  const { "commands-per-second": commands, warm, idempotent, refused } = workload;
  const size = writesOf(workload["commit-bytes"]);
  // The record of an idempotent request is small; its commit grows.
  const writes =
    (1 - idempotent) * measured.warm.writes * size +
    idempotent * (measured.idempotent.writes - 2 + 2 * size) +
    refused * size;
  const plainReads = (1 - warm) * measured.cold.reads;
  // Before a value is sealed, the row of the person whom it is about is read strongly.
  const reads =
    (1 - idempotent) * plainReads +
    idempotent * measured.idempotent.reads +
    workload["personal-commands"];
  return { writes: writes * commands, reads: reads * commands };
};

/**
 * How many events a batch has: while the function works on one, the next ones gather. At most what the mapping hands
 * over; a shard that brings more than can be worked off brings full ones.
 */
const batchOf = (perShard: number, baseMs: number, eventMs: number): number => {
  const busy = (perShard * eventMs) / 1000;
  if (busy >= 1) return batchMax;
  return Math.min(batchMax, Math.max(1, (perShard * baseMs) / 1000 / (1 - busy)));
};

/** Shards that a stream has at least: DynamoDB makes four partitions for a new table on demand. */
const shardsMin = 4;
const partitionWrites = 1000;
const partitionGigabytes = 10;

const viewUnits = (workload: Workload, batch: number): Units => {
  const { perEvent, perStream, perBatch } = measured.views;
  const perStreamInBatch = Math.min(workload["events-per-stream"], batch);
  const rows = writesOf(workload["row-bytes"]);
  const documents = measured.documentPerStream * (rows - 1);
  const commands = workload["commands-per-second"];
  const of = (kind: keyof Units, more: number): number =>
    commands *
    (perEvent[kind] + (perStream[kind] + more) / perStreamInBatch + perBatch[kind] / batch);
  return { writes: of("writes", documents), reads: of("reads", 0) };
};

/** Works out what a workload sets in motion. */
export const flowOf = (workload: Workload): Flow => {
  const { "commands-per-second": commands, "queries-per-command": ratio, months } = workload;
  const { "projector-ms": baseMs, "projector-event-ms": eventMs } = workload;
  const units = commandUnits(workload);
  const events = commands * monthSeconds * months;
  const logBytes = events * (workload["commit-bytes"] + itemOverheadBytes);
  const logGigabytes = logBytes / gigabyte;
  const shards = Math.max(
    shardsMin,
    Math.ceil(units.writes / partitionWrites),
    Math.ceil(logGigabytes / partitionGigabytes),
  );
  const batch = batchOf(commands / shards, baseMs, eventMs);
  const fullMs = baseMs + eventMs * batchMax;
  const shardMax = (1000 * batchMax) / fullMs;
  return {
    commands,
    queries: commands * ratio,
    commandUnits: units,
    viewUnits: viewUnits(workload, batch),
    users: (commands * 86_400) / workload["commands-per-user"],
    logBytes,
    logGigabytes,
    streams: events / workload.history,
    shards,
    batch,
    batches: Math.min(commands, shards * shardMax) / batch,
    batchMs: baseMs + eventMs * batch,
    shardMax,
  };
};
