import { table } from "../everfold/table.ts";
import { type Bill, billOf } from "./bill.ts";
import { dollarText, rounded } from "./figures.ts";
import { type Price, type PriceName, prices, pricesOf } from "./prices.ts";
import { limitsInOrder, limitsMet, type Reached } from "./reach.ts";
import { type RebuildPrice, rebuildPriceOf } from "./rebuild.ts";
import { type Step, steps } from "./steps.ts";
import type { Workload } from "./workload.ts";

/** Everything that the model says of a workload. */
export interface Report {
  readonly workload: Workload;
  readonly bill: Bill;
  readonly rebuild: RebuildPrice;
  readonly limits: readonly Reached[];
  /** Names of the limits that are met already. */
  readonly met: readonly string[];
  readonly prices: Readonly<Record<PriceName, Price>> & { readonly of: typeof pricesOf };
}

/** What the model says of a workload. */
export const reportOf = (workload: Workload): Report => {
  const limits = limitsInOrder(workload);
  return {
    workload,
    bill: billOf(workload),
    rebuild: rebuildPriceOf(workload),
    limits,
    met: limitsMet(limits).map(({ name }) => name),
    prices: { ...prices, of: pricesOf },
  };
};

const billTable = ({ lines, dollars, perMillionCommands }: Bill): string =>
  table(
    ["component", "a month", "share", "made of"],
    [
      ...lines
        .toSorted((left, right) => right.dollars - left.dollars)
        .map(({ component, dollars: part, made }) => [
          component,
          dollarText(part),
          `${((100 * part) / dollars).toFixed(0)} %`,
          made,
        ]),
      [
        "Total",
        dollarText(dollars),
        "",
        `${dollarText(perMillionCommands)} for a million commands`,
      ],
    ],
  );

const limitTable = (limits: readonly Reached[], met: readonly string[]): string =>
  table(
    ["limit", "met at commands/s", "now", "of", "", "what to turn"],
    limits.map(({ name, atCommands, load, capacity, unit, turn }) => [
      met.includes(name) ? `! ${name}` : name,
      rounded(atCommands),
      rounded(load),
      rounded(capacity),
      unit,
      turn.replaceAll("`", ""),
    ]),
  );

const firstText = ([first]: readonly Reached[], met: readonly string[]): string => {
  if (!first) return "";
  const others = met.slice(1);
  const when =
    met.length > 0 ? "is met already" : `is met at ${rounded(first.atCommands)} commands/s`;
  const also = others.length > 0 ? ` So are: ${others.join(", ")}.` : "";
  return `The first limit, ${first.name}, ${when}.${also}`;
};

/** A report as people read it. */
export const reportText = ({ workload, bill, rebuild, limits, met }: Report): string =>
  [
    `${rounded(workload["commands-per-second"])} commands a second, ${rounded(workload["queries-per-command"])} queries for each, streams of ${rounded(workload.history)} events, ${rounded(workload.months)} months of log.`,
    billTable(bill),
    `One rebuild of a document view: ${dollarText(rebuild.dollars)}, once.`,
    firstText(limits, met),
    limitTable(limits, met),
    `Prices: ${pricesOf.region}, ${pricesOf.date}, on demand, without free tiers; --prices lists them, and which of them are from memory.`,
  ].join("\n\n");

/** The price list as people read it. */
export const priceText = (): string =>
  [
    `Prices of ${pricesOf.region}, ${pricesOf.date}. Those from memory have to be checked before they are relied on.`,
    table(
      ["dollars", "per", "from"],
      Object.values(prices).map(({ dollars, per, from }) => [dollars, per, from]),
    ),
  ].join("\n\n");

const metText = ({ commands, newlyMet }: Step): readonly string[] =>
  newlyMet.length === 0
    ? []
    : [`Met at ${rounded(commands)} commands/s, not before: ${newlyMet.join(", ")}.`];

/** The same workload at several rates, as people read it. */
export const stepText = (workload: Workload): string => {
  const all = steps(workload);
  const rows = all.map(({ commands, dollars, perMillion, userKeys, largest }) => [
    rounded(commands),
    dollarText(dollars),
    dollarText(perMillion),
    dollarText(userKeys),
    largest.join(", "),
  ]);
  const head = ["commands/s", "a month", "for a million", "keys of users", "largest parts"];
  return [
    table(head, rows),
    "A month with one key for all users; a key for each user would add what the fourth column says.",
    ...all.flatMap(metText),
  ].join("\n\n");
};
