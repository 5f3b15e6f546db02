import { stageThrottle, throttleOf } from "../../lib/infra/throttles.ts";
import { audit } from "./bill.ts";
import { type Flow, flowOf } from "./flow.ts";
import { measured } from "./measured.ts";
import type { Workload } from "./workload.ts";

/** Something that holds only so much, and how near a workload is to it. */
export interface Limit {
  readonly name: string;
  readonly load: number;
  readonly capacity: number;
  /** What load and capacity count. */
  readonly unit: string;
  readonly turn: string;
}

/** Quotas of an account in us-east-1 as AWS gives them; all but those of a partition are raised on request. */
const quotas = {
  httpApiRequests: 10_000,
  lambdaConcurrency: 1_000,
  tableUnits: 40_000,
  partitionWrites: 1_000,
  partitionReads: 3_000,
  keys: 100_000,
  keysCreated: 5,
  keyRequests: 50_000,
  busCalls: 10_000,
  busCallEvents: 10,
} as const;

const commandRoute = throttleOf({
  method: "POST",
  path: "/accounts/{id}/deposit",
  handler: "command",
});

const entrance = (workload: Workload, { commands, queries }: Flow): readonly Limit[] => [
  {
    name: "throttle of the API",
    load: commands + queries,
    capacity: stageThrottle.rate,
    unit: "requests/s",
    turn: "`stageThrottle` in lib/infra/throttles.ts",
  },
  {
    name: "throttle of a command's route",
    load: commands * workload["busiest-route"],
    capacity: commandRoute?.rate ?? stageThrottle.rate,
    unit: "requests/s",
    turn: "`commandThrottle` in lib/infra/throttles.ts",
  },
  {
    name: "HTTP API quota",
    load: commands + queries,
    capacity: quotas.httpApiRequests,
    unit: "requests/s",
    turn: "ask for a higher quota; then stages in accounts of their own",
  },
];

const functions = (workload: Workload, flow: Flow): readonly Limit[] => {
  const { commands, queries, batches, batchMs, shards, shardMax } = flow;
  const busyMs =
    commands * workload["command-ms"] + queries * workload["query-ms"] + 2 * batches * batchMs;
  return [
    {
      name: "Lambda concurrency",
      load: busyMs / 1000,
      capacity: quotas.lambdaConcurrency,
      unit: "at once",
      turn: "ask for a higher quota; reserve some for the projector",
    },
    {
      name: "stream shards",
      load: commands / shards,
      capacity: shardMax,
      unit: "events/s of a shard",
      turn: "`parallelizationFactor` of the mappings, up to 10: no view needs the order of a shard",
    },
  ];
};

const partitions = (workload: Workload, flow: Flow): readonly Limit[] => {
  const { commands, queries, batches, commandUnits } = flow;
  const perStream = Math.min(workload["events-per-stream"], flow.batch);
  // A writer reads what the one before wrote, then writes: one commit in two round trips.
  const oneAfterTheOther = 1000 / (2 * workload["round-trip-ms"]);
  return [
    {
      name: "hottest stream",
      load: commands * workload["hottest-stream"],
      capacity: oneAfterTheOther,
      unit: "commits/s",
      turn: "split the aggregate, or send several events with one command",
    },
    {
      name: "partition of the hottest stream",
      load: commandUnits.writes * workload["hottest-stream"],
      capacity: quotas.partitionWrites,
      unit: "write units/s",
      turn: "split the aggregate",
    },
    {
      name: "partition of the hottest document",
      load: queries * workload["hottest-stream"] * workload["query-read-units"],
      capacity: quotas.partitionReads,
      unit: "read units/s",
      turn: "let callers cache: `ETag` and `If-None-Match`",
    },
    {
      // A batch adds to a row twice at most; transactions on one row exclude each other.
      name: "hottest row of a tally",
      load: Math.min(commands * workload["hottest-row"], 2 * batches),
      capacity: oneAfterTheOther,
      unit: "transactions/s",
      turn: "`shards` of the tally, 16 for the likes of a post",
    },
    {
      // The entry moves with its sort value: one is removed, one is put.
      name: "hottest partition of an index",
      load: (2 * commands * workload["hottest-index"]) / perStream,
      capacity: quotas.partitionWrites,
      unit: "write units/s",
      turn: "a partition with more in its name, as currency and month",
    },
    {
      name: "records of the views",
      load: batches * measured.views.perBatch.reads,
      capacity: quotas.partitionReads,
      unit: "read units/s",
      turn: "`maxBatchingWindow` of the projector while shards are few; later, records that are read once a second",
    },
  ];
};

const tables = (workload: Workload, { commands, commandUnits, batch }: Flow): readonly Limit[] => [
  {
    name: "table quota of the log",
    load: commandUnits.writes,
    capacity: quotas.tableUnits,
    unit: "write units/s",
    turn: "ask for a higher quota, and warm the table up before a launch",
  },
  {
    name: "table quota of the busiest view",
    load:
      (commands * measured.busiestTablePerStream) / Math.min(workload["events-per-stream"], batch),
    capacity: quotas.tableUnits,
    unit: "write units/s",
    turn: "ask for a higher quota; drop views that nobody asks",
  },
];

const keysAndBus = (workload: Workload, flow: Flow): readonly Limit[] => {
  const { commands, queries, users, batch } = flow;
  const isShared = workload.subjectKeys === "shared";
  return [
    {
      name: "KMS keys",
      load: isShared ? 1 : users,
      capacity: quotas.keys,
      unit: "keys",
      turn: "`-c subjectKeys=shared`, from the start; or ask for a higher quota",
    },
    {
      name: "KMS CreateKey",
      load: isShared ? 0 : (users * workload["new-users"]) / 86_400,
      capacity: quotas.keysCreated,
      unit: "keys/s",
      turn: "`-c subjectKeys=shared`; or ask for a higher quota",
    },
    {
      name: "KMS requests",
      load: commands * workload["personal-commands"] + queries * workload["personal-queries"],
      capacity: quotas.keyRequests,
      unit: "requests/s",
      turn: "ask for a higher quota; show lists without personal values",
    },
    {
      name: "EventBridge PutEvents",
      load: commands / Math.min(quotas.busCallEvents, batch),
      capacity: quotas.busCalls,
      unit: "calls/s",
      turn: "ask for a higher quota; publish only what somebody listens to",
    },
  ];
};

const upkeep = ({ logBytes }: Flow): Limit => ({
  name: "daily audit",
  load: (logBytes * audit.perDay) / (audit.workers * audit.bytesPerSecond) / 3600,
  capacity: 24,
  unit: "hours",
  turn: "`every` in lib/infra/auditor.ts, and `concurrencyMax` in lib/infra/worker.ts",
});

/** Everything that a workload may run into. */
export const limitsOf = (workload: Workload): readonly Limit[] => {
  const flow = flowOf(workload);
  return [
    ...entrance(workload, flow),
    ...functions(workload, flow),
    ...partitions(workload, flow),
    ...tables(workload, flow),
    ...keysAndBus(workload, flow),
    upkeep(flow),
  ];
};
