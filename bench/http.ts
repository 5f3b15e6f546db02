import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventTable } from "../lib/core/system/tables.ts";
import { documentView } from "../lib/core/view/document-view.ts";
import account from "../lib/domains/account/index.ts";
import type { Benchmark, Findings, Run, Table, Target } from "./benchmark.ts";
import { startBenchEngine, withoutStream } from "./engine.ts";
import type { BareQuestion } from "./http/bare.ts";
import { startChild } from "./http/child.ts";
import type { HostAnswer, HostQuestion } from "./http/host.ts";
import type { Done, Load } from "./http/load.ts";
import type { RequestsQuestion } from "./http/requests.ts";

/** What the host does to a request, and what one would do without it. */
interface Comparison {
  readonly kind: Load["kind"];
  readonly host: string;
  readonly bare: string;
  readonly least?: number;
}

const comparisons: readonly Comparison[] = [
  { kind: "write", host: "commands", bare: "PutItem", least: 0.5 },
  { kind: "read", host: "queries", bare: "GetItem", least: 0.5 },
  { kind: "mix", host: "100 queries to 1 command", bare: "100 GetItem to 1 PutItem" },
];

const scales = {
  full: { accounts: 200, atOnce: 16, rounds: 7, ms: 1_500, warmUpMs: 3_000 },
  smoke: { accounts: 4, atOnce: 2, rounds: 1, ms: 100, warmUpMs: 50 },
} as const;

/** One round: a side after the other, and how long the host's views took to be up to date again. */
interface Round {
  readonly host: Done;
  readonly bare: Done;
  readonly lagMs: number;
}

type Side = (load: Load) => Promise<Done>;

/** Both sides, ready to bear loads. */
interface Sides {
  readonly bare: Side;
  readonly host: Side;
  /** Waits until the host's views are up to date. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

const startHost = async (accounts: number, dataDir: string) => {
  const users = Array.from({ length: accounts }, (_, n) => `user-${n}`);
  const host = startChild<HostQuestion, HostAnswer>("host", { DATA_DIR: dataDir });
  const requests = startChild<RequestsQuestion, Done>("requests");
  const { url, tokens } = await host.ask({ tokensFor: users });
  await requests.ask({ url, tokens });
  const { commit = {}, row = {} } = await host.ask({ sampleOf: "account-a0" });
  return { host, requests, commit, row };
};

/** The same items, as the host has stored them, in tables of the same kind on another engine of the same kind. */
const startBare = async (
  { commit, row, accounts }: Pick<HostAnswer, "commit" | "row"> & { accounts: number },
  dbPath: string,
) => {
  const { indexes: _, ...rows } = documentView(account).table;
  const engine = await startBenchEngine([withoutStream(eventTable), rows], { dbPath });
  const bare = startChild<BareQuestion, Done>("bare", { AWS_ENDPOINT_URL_DYNAMODB: engine.url });
  const tables = { log: eventTable.name, rows: rows.name };
  await bare.ask({ commit: commit ?? {}, row: row ?? {}, tables, rows: accounts });
  return { bare, engine };
};

const startSides = async (accounts: number, directory: string): Promise<Sides> => {
  const { host, requests, commit, row } = await startHost(accounts, join(directory, "host"));
  const { bare, engine } = await startBare({ commit, row, accounts }, join(directory, "bare.db"));
  return {
    bare: bare.ask,
    host: requests.ask,
    settle: async () => void (await host.ask({})),
    stop: async () => {
      await Promise.all([host.stop(), requests.stop(), bare.stop()]);
      await engine.stop();
    },
  };
};

const playRound = async (sides: Sides, load: Load): Promise<Round> => {
  const host = await sides.host(load);
  const ended = performance.now();
  await sides.settle();
  const lagMs = performance.now() - ended;
  return { host, bare: await sides.bare(load), lagMs };
};

const medianOf = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

const quantile = ({ took }: Done, share: number): number =>
  took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN;

const ratioOf = (rounds: readonly Round[]): number =>
  medianOf(rounds.map(({ host, bare }) => host.perSecond / bare.perSecond));

const rowOf = (name: string, done: readonly Done[], ratio: string): readonly string[] => [
  name,
  medianOf(done.map(({ perSecond }) => perSecond)).toFixed(0),
  medianOf(done.map((each) => quantile(each, 0.5))).toFixed(1),
  medianOf(done.map((each) => quantile(each, 0.99))).toFixed(1),
  medianOf(done.map((each) => each.cpuMs)).toFixed(2),
  ratio,
];

const find = (measured: readonly (readonly [Comparison, readonly Round[]])[]): Findings => {
  const table: Table = {
    title: "HTTP",
    columns: ["", "a second", "p50 ms", "p99 ms", "cpu ms", "ratio"],
    rows: measured.flatMap(([{ host, bare }, rounds]) => [
      rowOf(
        host,
        rounds.map((each) => each.host),
        ratioOf(rounds).toFixed(2),
      ),
      rowOf(
        bare,
        rounds.map((each) => each.bare),
        "1",
      ),
    ]),
    remarks: [
      "The bare sides make one call of the SDK each, from a process of their own. The host checks a token and decides; its views let commands go first, and follow when there are fewer.",
      ...measured.map(
        ([{ host }, rounds]) =>
          `After the last of the ${host} the views were up to date within ${medianOf(rounds.map(({ lagMs }) => lagMs)).toFixed(0)} ms.`,
      ),
    ],
  };
  const targets = measured.flatMap(([{ host, bare, least }, rounds]): Target[] => {
    if (least === undefined) return [];
    const ratio = ratioOf(rounds);
    const promise = `${host} at least ${least} of the rate of a bare ${bare} loop`;
    return [{ promise, seen: ratio.toFixed(2), isMet: ratio >= least }];
  });
  return { tables: [table], targets };
};

const measure = async ({ scale, progress }: Run, sides: Sides): Promise<Findings> => {
  const { rounds: count, atOnce, ms, warmUpMs } = scales[scale];
  const measured = comparisons.map((comparison) => [comparison, [] as Round[]] as const);
  for (const { kind } of comparisons) await playRound(sides, { kind, atOnce, ms: warmUpMs });
  for (let round = 0; round < count; round += 1)
    for (const [{ kind, host }, rounds] of measured) {
      progress(host, round / count);
      rounds.push(await playRound(sides, { kind, atOnce, ms }));
    }
  return find(measured);
};

/** The whole way of a request, against the two calls of the SDK that it comes down to. */
export default {
  name: "http",
  question: "What is left of the engine's rate behind HTTP, commands and queries?",
  run: async (run) => {
    const directory = await mkdtemp(join(tmpdir(), "everfold-bench-"));
    try {
      const sides = await startSides(scales[run.scale].accounts, directory);
      try {
        return await measure(run, sides);
      } finally {
        await sides.stop();
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
} satisfies Benchmark;
