import type { Findings, Table, Target } from "./benchmark.ts";
import type { Contender } from "./contender.ts";
import { dollars } from "./dollars.ts";
import { figure, money, share } from "./figures.ts";
import { sumOf, type Used } from "./measured.ts";

/** How one side fared in one round, or in all rounds with so many writers. */
export interface Contest {
  readonly contender: Contender;
  readonly writers: number;
  /** For how long new commands were begun. */
  readonly ms: number;
  /** Commands that were accepted within that time. */
  readonly inTime: number;
  readonly accepted: number;
  /** Commands that other writers kept from succeeding, as often as the side itself tried. */
  readonly crowded: number;
  readonly used: Used;
}

const together = (rounds: readonly Contest[]): readonly Contest[] => {
  const byKey = new Map<string, Contest>();
  for (const one of rounds) {
    const key = `${one.writers} ${one.contender.name}`;
    const known = byKey.get(key);
    byKey.set(
      key,
      known
        ? {
            ...known,
            ms: known.ms + one.ms,
            inTime: known.inTime + one.inTime,
            accepted: known.accepted + one.accepted,
            crowded: known.crowded + one.crowded,
            used: sumOf([known.used, one.used]),
          }
        : one,
    );
  }
  return [...byKey.values()];
};

const perSecond = ({ inTime, ms }: Contest): number => (1_000 * inTime) / ms;

const perAccepted = ({ used, accepted }: Contest) => ({
  attempts: used.writes / accepted,
  readUnits: used.readUnits / accepted,
  writeUnits: used.writeUnits / accepted,
});

const row = (one: Contest): readonly string[] => {
  const { attempts, readUnits, writeUnits } = perAccepted(one);
  return [
    figure(one.writers),
    one.contender.name,
    figure(perSecond(one), 0),
    share(one.accepted, one.accepted + one.crowded),
    figure(attempts),
    figure(readUnits),
    figure(writeUnits),
    money(dollars({ readUnits, writeUnits })),
  ];
};

const table = (title: string, all: readonly Contest[], remarks: readonly string[]): Table => ({
  title,
  columns: [
    ...["writers", "side", "accepted per s", "accepted"],
    ...["attempts", "read units", "write units", "$ per million"],
  ],
  rows: all.map(row),
  remarks,
});

const nearRemarks = [
  "Every writer has a client and a memory of its own, and knows nothing of the others.",
  "Attempts, units and dollars are for each accepted command; what refused attempts cost is in them.",
  "Each side tries again as its authors want it: Castore and equinox-js three times in all, without a pause; event-store-adapter-js has no retry, and gets the same three.",
  "All writers share the processors of this machine: whoever wastes attempts also slows itself down.",
];

const farRemarks = [
  "Each request takes 5 ms longer, in a slow motion of one to ten, so that processors hardly matter; times are those of the slowed clocks.",
  "An attempt that was in vain costs its writer a round trip here, and no processor time of others.",
];

const crowd = 16;

const unitTarget = (all: readonly Contest[]): Target[] =>
  all
    .filter(({ contender, writers }) => contender.name === "everfold" && writers === crowd)
    .map((one) => ({
      promise: `at most 2 write units for each accepted command with ${crowd} writers`,
      seen: figure(perAccepted(one).writeUnits),
      isMet: perAccepted(one).writeUnits <= 2,
    }));

const speedTarget = (all: readonly Contest[]): Target[] => {
  const races = all
    .filter(({ contender, writers }) => contender.name === "everfold" && writers > 1)
    .flatMap((one) => {
      const rivals = all.filter((other) => other.writers === one.writers && other !== one);
      const [best] = rivals.toSorted((left, right) => perSecond(right) - perSecond(left));
      return best ? [{ one, best }] : [];
    });
  if (races.length === 0) return [];
  return [
    {
      promise: "more accepted commands per second than every peer",
      seen: races
        .map(
          ({ one, best }) =>
            `${figure(perSecond(one), 0)} against ${figure(perSecond(best), 0)} of ${best.contender.name} with ${one.writers} writers`,
        )
        .join(", "),
      isMet: races.every(({ one, best }) => perSecond(one) > perSecond(best)),
    },
  ];
};

/** The table of what a crowd of writers costs, and what is promised of it. */
export const contentionFindings = (rounds: readonly Contest[]): Findings => {
  const all = together(rounds);
  const title = "One stream, many writers: each sends one command after the other";
  return {
    tables: [table(title, all, nearRemarks)],
    targets: [...unitTarget(all), ...speedTarget(all)],
  };
};

/** The table of the same at a distance; what is promised of it is what it costs. */
export const distanceFindings = (rounds: readonly Contest[]): Findings => {
  const all = together(rounds);
  const title = "The same with the store 5 ms away";
  return { tables: [table(title, all, farRemarks)], targets: unitTarget(all) };
};
