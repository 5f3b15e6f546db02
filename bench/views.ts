import type { Benchmark, Findings, Run, Table } from "./benchmark.ts";
import { figure } from "./figures.ts";
import { type BenchReadSide, startReadSide, viewNamed } from "./read-side.ts";
import { barePuts, type Lag, type Load, watchLag } from "./view-lag.ts";
import { type Batch, batchSize, depositBatch, likeBatch, usedPerEvent } from "./view-units.ts";

/** What is asked of a view: its name, what kind it is, and what it takes in. */
interface Subject {
  readonly views: readonly string[];
  readonly says: string;
  batch(run: string, eventsPerStream: number): Batch;
}

const account = (view: string, says: string): Subject => ({
  views: [view],
  says,
  batch: depositBatch,
});

const subjects: readonly Subject[] = [
  account("accounts", "document, one index"),
  account("audit", "ledger, a row for each event"),
  account("people-accounts", "ledger, a row for each person and stream"),
  account("balances", "tally, a row for each owner"),
  account("withdrawals", "tally, events that add nothing"),
  { views: ["likes"], says: "tally, all streams add to one row", batch: likeBatch },
  {
    views: ["accounts", "audit", "people-accounts", "balances", "withdrawals"],
    says: "every view of an account",
    batch: depositBatch,
  },
];

const eventsPerStream = [1, 10, 100] as const;

const loads: Readonly<Record<Run["scale"], readonly Load[]>> = {
  full: [
    { perSecond: 20, commands: 300, streams: 100 },
    { perSecond: 20, commands: 300, streams: 1 },
    { perSecond: 100, commands: 1_000, streams: 1 },
  ],
  smoke: [{ perSecond: 50, commands: 20, streams: 2 }],
};

const barePutCount = { full: 300, smoke: 20 } as const;

const measureUnits = async (side: BenchReadSide, run: Run) => {
  const used = [];
  for (const [index, { views, says, batch }] of subjects.entries()) {
    run.progress(`units: ${views.join(", ")}`, (0.3 * index) / subjects.length);
    const perEvent = [];
    for (const count of eventsPerStream)
      perEvent.push(
        await usedPerEvent(side, views.map(viewNamed), batch(`${index}-${count}`, count)),
      );
    used.push({ name: views.length === 1 ? views.join() : "all five", says, perEvent });
  }
  return used;
};

type Units = Awaited<ReturnType<typeof measureUnits>>;

const unitsTable = (units: Units): Table => ({
  title: "Units per event, by events per stream in a batch",
  columns: [
    "View",
    "Kind",
    ...eventsPerStream.map((count) => `Write units, ${count}`),
    ...eventsPerStream.map((count) => `Read units, ${count}`),
  ],
  rows: units.map(({ name, says, perEvent }) => [
    name,
    says,
    ...perEvent.map(({ writeUnits }) => figure(writeUnits)),
    ...perEvent.map(({ readUnits }) => figure(readUnits)),
  ]),
  remarks: [
    `The projector is handed ${batchSize} notifications of one event each: of ${batchSize} streams, of ${batchSize / 10}, of one. Rows are there already.`,
    "Indexes are counted: a row that stands in one is paid for twice. What is in a transaction is paid for twice, too.",
  ],
});

const quantile = (ascending: readonly number[], share: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;

const lagRow = (load: Load, { ms, calls }: Lag, put: number): readonly string[] => [
  `${load.perSecond} a second to ${load.streams} ${load.streams === 1 ? "stream" : "streams"}`,
  String(ms.length),
  String(calls),
  figure(put),
  ...[0.5, 0.99].flatMap((share) => {
    const lag = quantile(ms, share);
    return [figure(lag), figure(lag / put, 1)];
  }),
];

const measureLag = async (side: BenchReadSide, run: Run): Promise<Table> => {
  const { client } = side;
  run.progress("bare puts", 0.3);
  const put = quantile(await barePuts(client, barePutCount[run.scale]), 0.5);
  const watch = await watchLag(client);
  const rows = [];
  try {
    for (const [index, load] of loads[run.scale].entries()) {
      const lag = await watch.measure(`lag-${index}`, load, (done) =>
        run.progress("lag", 0.3 + (0.7 * (index + done)) / loads[run.scale].length),
      );
      rows.push(lagRow(load, lag, put));
    }
  } finally {
    await watch.stop();
  }
  return {
    title: "From command to view, at a steady load",
    columns: [
      ...["Commands", "Sent", "Calls of the projector", "Bare put p50, ms"],
      ...["Lag p50, ms", "p50 in puts", "Lag p99, ms", "p99 in puts"],
    ],
    rows,
    remarks: [
      "From the sending of a command's put until all five views of the account are written; commands and projector share one process and the engine.",
      "The stream is read when the host has written, as `npm start` does it. DynamoDB's own stream adds its delay, which no engine here has.",
    ],
  };
};

const hotUnitsMax = 0.1;

const run = async (scale: Run): Promise<Findings> => {
  const side = await startReadSide();
  try {
    const units = await measureUnits(side, scale);
    const hot = units[0]?.perEvent.at(-1)?.writeUnits ?? Number.NaN;
    const promise = `a hot document costs at most ${hotUnitsMax} write units an event at 100 events of its stream in a batch`;
    return {
      tables: [unitsTable(units), await measureLag(side, scale)],
      targets: [{ promise, seen: figure(hot), isMet: hot <= hotUnitsMax }],
    };
  } finally {
    await side.stop();
  }
};

/** What views cost for each event, and how far they are behind. */
export const views: Benchmark = {
  name: "views",
  question: "What does an event cost in each kind of view, and how soon is it there?",
  run,
};
