import { rounded } from "./figures.ts";
import { type Flow, flowOf, itemOverheadBytes, monthSeconds } from "./flow.ts";
import { measured, unitBytes } from "./measured.ts";
import { type PriceName, prices, requestsTier } from "./prices.ts";
import type { Workload } from "./workload.ts";

/** One line of a month's bill. */
export interface Line {
  readonly component: string;
  readonly dollars: number;
  /** What that is made of, in words and figures. */
  readonly made: string;
}

/** A month's bill. */
export interface Bill {
  readonly lines: readonly Line[];
  readonly dollars: number;
  readonly perMillionCommands: number;
}

/** What a GB of the price list is. */
const gigabyte = 1024 ** 3;
const million = 1e6;

/** Log bytes: the function's own line, which carries its metrics, and Lambda's three; of a request the access log's, too. */
const requestLogBytes = 1_450;
const batchLogBytes = 1_100;
/** Each function traces its first request of a second, and a part of the others. */
const traced = (perSecond: number): number =>
  Math.min(perSecond, 1) + 0.05 * Math.max(0, perSecond - 1);

/** The publisher puts a batch on the bus in less time than the projector applies it. */
const publisherShare = 0.4;

/** Metrics, alarms and dashboards of one stage, and requests of Lambda's pollers to the work queue. */
export const fixed = { metrics: 30, alarms: 19, dashboards: 1, queueRequests: 0.7 * million };

/** Bytes of what stands beside each event and each stream in the views: rows of ledgers; rows, index and checkpoints. */
const ledgerRowBytes = 300;
const streamBytes = 1_000;

/** Bytes that one worker scans in a second, how many work at once, and how often the whole log is audited. */
export const audit = { bytesPerSecond: 15e6, workers: 5, perDay: 1 } as const;
const daysPerMonth = 365 / 12;

const cost = (name: PriceName, count: number, per = 1): number =>
  (prices[name].dollars * count) / per;

const lambda = (invocations: number, ms: number, workload: Workload): number =>
  cost("invocations", invocations, million) +
  cost("gigabyteSeconds", (invocations * ms * workload["memory-mb"]) / 1024 / 1000);

const requestLines = (workload: Workload, { commands, queries }: Flow): readonly Line[] => {
  const requests = (commands + queries) * monthSeconds;
  const first = Math.min(requests, requestsTier);
  return [
    {
      component: "HTTP API",
      dollars: cost("requests", first, million) + cost("moreRequests", requests - first, million),
      made: `${rounded(requests)} requests`,
    },
    {
      component: "Lambda: commands and queries",
      dollars:
        lambda(commands * monthSeconds, workload["command-ms"], workload) +
        lambda(queries * monthSeconds, workload["query-ms"], workload),
      made: `${workload["command-ms"]} ms a command, ${workload["query-ms"]} ms a query`,
    },
    {
      component: "Data sent out",
      dollars: cost("transfer", (requests * workload["answer-bytes"]) / gigabyte),
      made: `${rounded((requests * workload["answer-bytes"]) / gigabyte)} GB`,
    },
  ];
};

const unitLine = (component: string, writes: number, reads: number): Line => ({
  component,
  dollars:
    cost("writes", writes * monthSeconds, million) + cost("reads", reads * monthSeconds, million),
  made: `${rounded(writes)} write and ${rounded(reads)} read units a second`,
});

const tableLines = (workload: Workload, flow: Flow): readonly Line[] => {
  const { commandUnits, viewUnits, queries, logGigabytes, streams } = flow;
  const events = streams * workload.history;
  const rows = workload["row-bytes"] * 2 + itemOverheadBytes * 8 + streamBytes;
  const viewGigabytes = (events * (ledgerRowBytes + itemOverheadBytes) + streams * rows) / gigabyte;
  // Whoever opens a value by a key that is not in memory reads the wrapped key first.
  const queryReads = workload["query-read-units"] + workload["personal-queries"];
  return [
    unitLine("DynamoDB: commands", commandUnits.writes, commandUnits.reads),
    unitLine("DynamoDB: views", viewUnits.writes, viewUnits.reads),
    unitLine("DynamoDB: queries", 0, queries * queryReads),
    {
      component: "DynamoDB: storage and recovery",
      dollars: cost("storage", logGigabytes + viewGigabytes) + cost("recovery", logGigabytes),
      made: `${rounded(logGigabytes)} GB of log, ${rounded(viewGigabytes)} GB of views`,
    },
  ];
};

/** The auditor reads the whole log strongly, and a row or checkpoint of each stream in each view. */
const auditLine = (workload: Workload, { logBytes, streams }: Flow): Line => {
  const reads = logBytes / unitBytes.read + streams * measured.viewsPerStream;
  const seconds = logBytes / audit.bytesPerSecond;
  const runs = audit.perDay * daysPerMonth;
  return {
    component: "Daily audit of the whole log",
    dollars: runs * (cost("reads", reads, million) + lambda(seconds / 240, 240_000, workload)),
    made: `${rounded(reads)} read units a day`,
  };
};

const keyLines = (workload: Workload, { users, commands, queries }: Flow): readonly Line[] => {
  const keys = workload.subjectKeys === "shared" ? 1 : users;
  const requests =
    (commands * workload["personal-commands"] + queries * workload["personal-queries"]) *
    monthSeconds;
  return [
    { component: "KMS: keys", dollars: cost("keys", keys), made: `${rounded(keys)} keys` },
    {
      component: "KMS: requests",
      dollars: cost("keyRequests", requests, 10_000),
      made: `${rounded(requests)} requests`,
    },
  ];
};

const streamLines = (workload: Workload, { commands, batches, batchMs }: Flow): readonly Line[] => {
  const calls = batches * monthSeconds;
  return [
    {
      component: "Lambda: projector and publisher",
      dollars: lambda(calls, batchMs, workload) + lambda(calls, batchMs * publisherShare, workload),
      made: `${rounded(batches)} batches a second, ${rounded(batchMs)} ms each; reading the stream is free`,
    },
    {
      component: "EventBridge",
      dollars: cost("busEvents", commands * monthSeconds, million),
      made: `${rounded(commands * monthSeconds)} events`,
    },
  ];
};

const watchLines = ({ commands, queries, batches }: Flow): readonly Line[] => {
  const bytes =
    ((commands + queries) * requestLogBytes + batches * 2 * batchLogBytes) * monthSeconds;
  const traces = (traced(commands) + traced(queries) + 2 * traced(batches)) * monthSeconds;
  return [
    {
      component: "CloudWatch and X-Ray",
      dollars:
        cost("logs", bytes / gigabyte) +
        cost("traces", traces, million) +
        cost("metrics", fixed.metrics) +
        cost("alarms", fixed.alarms) +
        cost("dashboards", fixed.dashboards),
      made: `${rounded(bytes / gigabyte)} GB of logs, ${rounded(traces)} traces, ${fixed.alarms} alarms`,
    },
    {
      component: "SQS",
      dollars: cost("queueRequests", fixed.queueRequests, million),
      made: "polling, mostly",
    },
  ];
};

/** What a month of a workload costs, by component. */
export const billOf = (workload: Workload): Bill => {
  const flow = flowOf(workload);
  const lines = [
    ...requestLines(workload, flow),
    ...tableLines(workload, flow),
    auditLine(workload, flow),
    ...keyLines(workload, flow),
    ...streamLines(workload, flow),
    ...watchLines(flow),
  ];
  const dollars = lines.reduce((sum, line) => sum + line.dollars, 0);
  return {
    lines,
    dollars,
    perMillionCommands: dollars / ((flow.commands * monthSeconds) / million),
  };
};
