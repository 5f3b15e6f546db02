/** One KMS key for each user, or one for all of them; as `-c subjectKeys=` of a deployment. */
export type SubjectKeys = "per-user" | "shared";

/** A figure of the workload that may be set on the command line. */
interface Setting {
  readonly otherwise: number;
  readonly min: number;
  readonly max: number;
  /** True: fractions make no sense. */
  readonly whole?: true;
  readonly says: string;
}

const share = (otherwise: number, says: string): Setting => ({ otherwise, min: 0, max: 1, says });

const amount = (otherwise: number, min: number, max: number, says: string): Setting => ({
  otherwise,
  min,
  max,
  says,
});

const count = (otherwise: number, min: number, max: number, says: string): Setting => ({
  ...amount(otherwise, min, max, says),
  whole: true,
});

/** What the model asks about a workload, by its name on the command line. What is assumed, not measured, says so. */
export const settings = {
  "commands-per-second": amount(10, 0.001, 1e6, "accepted commands, on average"),
  "queries-per-command": amount(10, 0, 1e4, "queries for each command"),
  history: count(500, 1, 1e9, "events in the life of a stream"),
  months: amount(12, 0, 1200, "months of log that are kept; the bill is that of the last one"),
  "commit-bytes": count(650, 200, 409_600, "size of a commit, snapshot and keys included"),
  "row-bytes": count(400, 50, 409_600, "size of a document row"),
  "events-per-stream": count(1, 1, 100, "events of one stream in a batch of the projector"),
  warm: share(0.5, "share of commands that a function decides from its memory"),
  refused: amount(0, 0, 30, "refused writes for each accepted command, on contended streams"),
  idempotent: share(0, "share of commands with an Idempotency-Key"),
  "query-read-units": amount(1, 0, 1e4, "read units of a query"),
  "commands-per-user": amount(20, 0.001, 1e6, "commands of one user a day"),
  "new-users": share(0.002, "share of users who are new each day"),
  "personal-commands": share(0.02, "share of commands that write personal values"),
  "personal-queries": share(0.3, "share of queries that open values by a key not in memory"),
  "busiest-route": share(0.5, "share of commands that the busiest route takes"),
  "hottest-stream": share(0.001, "share of commands and queries that go to one stream"),
  "hottest-row": share(0.01, "share of events that add to one row of a tally"),
  "hottest-index": share(
    0.05,
    "share of events whose document stands in one partition of an index",
  ),
  "command-ms": amount(12, 1, 15_000, "duration of a command's function (assumed)"),
  "query-ms": amount(10, 1, 15_000, "duration of a query's function (assumed)"),
  "projector-ms": amount(30, 1, 60_000, "duration of a projector's batch of one (assumed)"),
  "projector-event-ms": amount(1.2, 0, 600, "what each event adds to it (assumed)"),
  "round-trip-ms": amount(5, 0.1, 2_000, "a function's round trip to DynamoDB (assumed)"),
  "memory-mb": count(1024, 128, 10_240, "memory of the functions"),
  "answer-bytes": count(1_000, 0, 6_000_000, "size of an answer"),
} as const satisfies Readonly<Record<string, Setting>>;

/** Name of a setting. */
export type SettingName = keyof typeof settings;

/** A workload: every setting, and how users' keys are kept. */
export type Workload = Readonly<Record<SettingName, number>> & {
  readonly subjectKeys: SubjectKeys;
};

/** All settings, in the order in which they are explained. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** A workload that says nothing of itself but these. */
export const workloadWith = (given: Partial<Workload> = {}): Workload => {
  const defaults = Object.fromEntries(settingNames.map((name) => [name, settings[name].otherwise]));
  return { ...(defaults as Record<SettingName, number>), subjectKeys: "per-user", ...given };
};

/** What is wrong with the value of a setting; undefined when nothing is. */
export const complaint = (name: SettingName, value: number): string | undefined => {
  const { min, max, ...rest }: Setting = settings[name];
  const isWhole = rest.whole !== true || Number.isInteger(value);
  if (value >= min && value <= max && isWhole) return undefined;
  return `--${name} must be a ${rest.whole ? "whole number" : "number"} from ${min} to ${max}`;
};
