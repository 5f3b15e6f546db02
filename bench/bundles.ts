import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableVariable } from "../lib/core/system/table.ts";
import { registry } from "../lib/domains/index.ts";
import type { Benchmark, Findings, Run, Target } from "./benchmark.ts";
import {
  type Bundle,
  bundlesOf,
  emptyBundle,
  type FunctionBundles,
  functionNames,
  variableNames,
} from "./bundle.ts";
import { figure } from "./figures.ts";
import { createLoadTimer } from "./load-time.ts";

const bounds = {
  full: { names: functionNames, rounds: 25 },
  smoke: { names: ["command", "publisher"], rounds: 1 },
} as const;

/** What is promised: how much longer than the SDK alone a function takes to load, and the size of `command`. */
const promised = { times: 1.3, commandBytes: 600_000 } as const;

/** What functions are deployed with. */
const environment: Readonly<Record<string, string>> = {
  ...Object.fromEntries(variableNames.map((name) => [name, "bench"])),
  ...Object.fromEntries(registry.tables.map((table) => [tableVariable(table), table.name])),
  SUBJECT_KEYS: "per-user",
  STAGE: "bench",
  POWERTOOLS_METRICS_NAMESPACE: "Everfold/bench",
  AWS_REGION: "eu-central-1",
  // The SDK's advice to take another Node would be written while it loads.
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

/** A function's sizes in bytes, and times in milliseconds above those of a module that does nothing. */
interface Measured extends FunctionBundles {
  readonly ms: number;
  readonly sdkMs: number;
}

interface Loads {
  readonly emptyMs: number;
  readonly functions: readonly Measured[];
}

const measure = async (folder: string, { scale, progress }: Run): Promise<Loads> => {
  const { names, rounds } = bounds[scale];
  const functions: FunctionBundles[] = [];
  for (const [index, name] of names.entries()) {
    progress("bundling", (0.2 * index) / names.length);
    functions.push(await bundlesOf(folder, name));
  }
  const empty = await emptyBundle(folder);
  const bundles: readonly Bundle[] = [
    empty,
    ...functions.flatMap(({ whole, sdk }) => [whole, sdk]),
  ];
  const msOf = createLoadTimer(folder, environment);
  const least = new Map<Bundle, number>();
  for (let round = 0; round < rounds; round++)
    for (const [index, bundle] of bundles.entries()) {
      progress("loading", 0.2 + (0.8 * (round + index / bundles.length)) / rounds);
      const ms = await msOf(bundle.path);
      least.set(bundle, Math.min(ms, least.get(bundle) ?? ms));
    }
  const leastOf = (bundle: Bundle): number => least.get(bundle) ?? Number.NaN;
  const emptyMs = leastOf(empty);
  return {
    emptyMs,
    functions: functions.map((each) => ({
      ...each,
      ms: leastOf(each.whole) - emptyMs,
      sdkMs: leastOf(each.sdk) - emptyMs,
    })),
  };
};

const targetsOf = (functions: readonly Measured[]): readonly Target[] => {
  const times = functions.map(({ ms, sdkMs }) => ms / sdkMs);
  const commandBytes = functions.find(({ name }) => name === "command")?.whole.bytes ?? 0;
  return [
    {
      promise: `each function loads in at most ${promised.times} times the time of its SDK clients`,
      seen: `${figure(Math.min(...times), 1)} to ${figure(Math.max(...times), 1)} times`,
      isMet: times.every((each) => each <= promised.times),
    },
    {
      promise: `command has at most ${promised.commandBytes / 1_000} KB`,
      seen: `${figure(commandBytes / 1_000, 0)} KB`,
      isMet: commandBytes <= promised.commandBytes,
    },
  ];
};

const findingsOf = ({ emptyMs, functions }: Loads): Findings => ({
  tables: [
    {
      title: "Functions as they are deployed",
      columns: ["function", "KB", "KB, SDK alone", "ms", "ms, SDK alone", "times as long"],
      rows: functions.map(({ name, whole, sdk, ms, sdkMs }) => [
        name,
        figure(whole.bytes / 1_000, 0),
        figure(sdk.bytes / 1_000, 0),
        figure(ms, 1),
        figure(sdkMs, 1),
        figure(ms / sdkMs, 2),
      ]),
      remarks: [
        `Milliseconds above those of a module that does nothing (${figure(emptyMs, 1)}), each the fastest of many loads in processes of their own, which take turns.`,
        "SDK alone: a module that loads the clients and commands that the function uses, as they come, and makes the clients; the functions leave out how the SDK searches for credentials.",
      ],
    },
  ],
  targets: targetsOf(functions),
});

/** Size and load time of every function. */
export const bundles: Benchmark = {
  name: "bundles",
  question: "How large is each function, and how long does a cold start load it?",
  run: async (run) => {
    const folder = await mkdtemp(join(tmpdir(), "everfold-bundles-"));
    try {
      return findingsOf(await measure(folder, run));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
