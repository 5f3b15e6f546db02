import { type ParseArgsConfig, parseArgs } from "node:util";
import { complaint, settingNames, settings, type Workload, workloadWith } from "./workload.ts";

/** A call that cannot be understood. */
export class CostFault extends Error {
  override readonly name = "CostFault";
}

/** What was asked for. */
export interface Invocation {
  readonly shows: "report" | "steps" | "prices" | "help";
  readonly json: boolean;
  readonly workload: Workload;
}

const options: NonNullable<ParseArgsConfig["options"]> = {
  ...Object.fromEntries(settingNames.map((name) => [name, { type: "string" as const }])),
  "subject-keys": { type: "string" },
  steps: { type: "boolean" },
  prices: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
};

type Values = Readonly<Record<string, unknown>>;

const parse = (argv: readonly string[]): Values => {
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new CostFault(`${error.message.split(". ")[0]}.`);
    throw error;
  }
};

const numbersIn = (values: Values): Partial<Workload> =>
  Object.fromEntries(
    settingNames.flatMap((name) => {
      const text = values[name];
      if (typeof text !== "string") return [];
      const number = text.trim() === "" ? Number.NaN : Number(text);
      const wrong = complaint(name, number);
      if (wrong !== undefined) throw new CostFault(`${wrong}, not "${text}".`);
      return [[name, number]];
    }),
  );

const subjectKeysIn = ({ "subject-keys": mode = "per-user" }: Values): Workload["subjectKeys"] => {
  if (mode === "per-user" || mode === "shared") return mode;
  throw new CostFault(`--subject-keys must be per-user or shared, not "${mode}".`);
};

const shownBy = ({ help, steps, prices }: Values): Invocation["shows"] => {
  if (help) return "help";
  if (steps && prices) throw new CostFault("--steps and --prices are two tables: ask for one.");
  if (steps) return "steps";
  return prices ? "prices" : "report";
};

/** Understands a command line; refuses unknown options, and values out of their bounds. */
export const invocationOf = (argv: readonly string[]): Invocation => {
  const values = parse(argv);
  const workload = workloadWith({ ...numbersIn(values), subjectKeys: subjectKeysIn(values) });
  if (values.steps && values["commands-per-second"] !== undefined)
    throw new CostFault("--steps has its own rates: leave --commands-per-second out.");
  return { shows: shownBy(values), json: values.json === true, workload };
};

const usage = `What a workload costs a month on AWS, which limit it meets first, and what to turn then. The
units are those that \`npm run bench\` measures; durations and shares are assumptions: set your own.

  npm run cost -- --commands-per-second 1000 --history 500

  --steps             a table from 1 to 100,000 commands a second instead
  --prices            the price list that is used
  --json              the same as JSON
  --help, -h          this text

The workload:`;

/** How the program is called. */
export const helpText = (): string => {
  const lines = settingNames.map((name) => {
    const { says, otherwise } = settings[name];
    return `  --${name.padEnd(22)} ${says} (${otherwise})`;
  });
  const keys =
    "  --subject-keys           a KMS key for each user, or one: per-user, shared (per-user)";
  return [usage, ...lines, keys].join("\n");
};
