import type { Findings, Table, Target } from "./benchmark.ts";
import type { Contender } from "./contender.ts";
import { dollars } from "./dollars.ts";
import { figure, median, money } from "./figures.ts";
import type { Used } from "./measured.ts";

/** What was measured of one side at one length of history. */
export interface Measurement {
  readonly contender: Contender;
  readonly history: number;
  readonly commands: number;
  /** Of all commands together. */
  readonly used: Used;
  readonly ms: readonly number[];
}

const each = ({ used, commands }: Measurement) => ({
  roundTrips: used.roundTrips / commands,
  readUnits: used.readUnits / commands,
  writeUnits: used.writeUnits / commands,
});

const isOurs = ({ contender }: Measurement): boolean => contender.name === "everfold";
const isBare = ({ contender }: Measurement): boolean => contender.name.startsWith("bare");
const isAlike = (left: Measurement, right: Measurement): boolean =>
  left.history === right.history && left.contender.memory === right.contender.memory;

const bareMs = (all: readonly Measurement[], one: Measurement): number =>
  median(all.find((other) => isBare(other) && isAlike(one, other))?.ms ?? []);

const row = (all: readonly Measurement[], one: Measurement): readonly string[] => {
  const { roundTrips, readUnits, writeUnits } = each(one);
  const ms = median(one.ms);
  return [
    figure(one.history),
    one.contender.name,
    one.contender.memory,
    figure(roundTrips),
    figure(readUnits),
    figure(writeUnits),
    figure(ms),
    figure(ms / bareMs(all, one)),
    money(dollars({ readUnits, writeUnits })),
  ];
};

const byHistory = (left: Measurement, right: Measurement): number => left.history - right.history;

const table = (all: readonly Measurement[]): Table => ({
  title: "One command: load, decide, append one event of about 120 bytes",
  columns: [
    ...["events before", "side", "memory", "round trips", "read units", "write units"],
    ...["ms", "of bare", "$ per million"],
  ],
  rows: all.toSorted(byHistory).map((one) => row(all, one)),
  remarks: [
    "Round trips and units are means, ms are medians of commands sent one at a time, all sides in turn.",
    '"Warm" processes remember states, "cold" ones have just started; connections are open and code is compiled in both.',
    'The bare sides decide and check nothing; "of bare" is how often their time fits into a command\'s.',
    "equinox-js keeps events in its tip up to 32 KB, its default, and pays for all of it with every write.",
  ],
});

const triple = (one: Measurement): string => {
  const { roundTrips, readUnits, writeUnits } = each(one);
  return `${figure(roundTrips)} / ${figure(readUnits)} / ${figure(writeUnits)}`;
};

const seenAt = (some: readonly Measurement[]): string => {
  const seen = new Map<string, string[]>();
  for (const one of some)
    seen.set(triple(one), [...(seen.get(triple(one)) ?? []), figure(one.history)]);
  return [...seen].map(([units, histories]) => `${units} at ${histories.join("; ")}`).join(", ");
};

const unitTargets = (all: readonly Measurement[]): readonly Target[] => {
  const warm = all.filter((one) => isOurs(one) && one.contender.memory === "warm");
  const cold = all.filter((one) => isOurs(one) && one.contender.memory === "cold");
  return [
    {
      promise: "a warm command takes 1 round trip, 0 read units, 1 write unit at every history",
      seen: seenAt(warm),
      isMet: warm.every((one) => triple(one) === "1 / 0 / 1"),
    },
    {
      promise:
        "a cold command takes at most 2 round trips, 1 read unit, 1 write unit at every history",
      seen: seenAt(cold),
      isMet: cold.map(each).every(({ roundTrips, readUnits, writeUnits }) => {
        return roundTrips <= 2 && readUnits <= 1 && writeUnits <= 1;
      }),
    },
  ];
};

/** Our time against the fastest peer with the same memory, where there are peers. */
const speedTarget = (all: readonly Measurement[], memory: Contender["memory"]): Target[] => {
  const rivals = (one: Measurement) =>
    all.filter((other) => isAlike(one, other) && !isOurs(other) && !isBare(other));
  const races = all
    .filter((one) => isOurs(one) && one.contender.memory === memory && rivals(one).length > 0)
    .map((one) => {
      const [fastest = one] = rivals(one).toSorted(
        (left, right) => median(left.ms) - median(right.ms),
      );
      return { one, fastest, ratio: median(one.ms) / median(fastest.ms) };
    });
  if (races.length === 0) return [];
  return [
    {
      promise: `a ${memory} command takes fewer ms than every peer's at every history`,
      seen: races
        .map(
          ({ one, fastest, ratio }) =>
            `${figure(ratio)} of ${fastest.contender.name} at ${figure(one.history)}`,
        )
        .join(", "),
      isMet: races.every(({ ratio }) => ratio < 1),
    },
  ];
};

/** The table of what one command costs, and what is promised of it. */
export const commandFindings = (all: readonly Measurement[]): Findings => ({
  tables: [table(all)],
  targets: [...unitTargets(all), ...speedTarget(all, "cold"), ...speedTarget(all, "warm")],
});
