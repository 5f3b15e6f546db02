import { dollarText, rounded } from "../../bin/cost/figures.ts";
import { prices, pricesOf } from "../../bin/cost/prices.ts";
import { limitsInOrder } from "../../bin/cost/reach.ts";
import { steps } from "../../bin/cost/steps.ts";
import { workloadWith } from "../../bin/cost/workload.ts";
import { table } from "./markdown.ts";

const workload = workloadWith();

const stepRows = (): readonly (readonly string[])[] =>
  steps(workload).map(({ commands, dollars, perMillion, userKeys, largest, newlyMet }) => [
    rounded(commands),
    dollarText(dollars),
    dollarText(perMillion),
    dollarText(userKeys),
    largest.join(", "),
    newlyMet.join(", ") || "none",
  ]);

const limitRows = (): readonly (readonly string[])[] =>
  limitsInOrder(workload).map(({ name, atCommands, capacity, unit, turn }) => [
    name,
    rounded(atCommands),
    `${rounded(capacity)} ${unit}`,
    turn,
  ]);

const priceRows = (): readonly (readonly string[])[] =>
  Object.values(prices).map(({ dollars, per, from }) => [`$${dollars}`, per, from]);

/** The parts of docs/scaling.md that the model gives, by the names of their places. */
export const scalingParts = (): Readonly<Record<string, readonly string[]>> => ({
  steps: table(
    [
      ...["Commands a second", "A month, one key for all", "For a million commands"],
      ...["Keys of users would add", "Largest parts", "Limits met from here on"],
    ],
    stepRows(),
  ),
  limits: table(["Limit", "Met at commands a second", "Holds", "What to turn"], limitRows()),
  prices: [
    `Prices of ${pricesOf.region}, ${pricesOf.date}:`,
    "",
    ...table(["Dollars", "Per", "From"], priceRows()),
  ],
});

const place = (name: string): RegExp =>
  new RegExp(`(<!-- ${name} -->\\n)[^]*?(\\n<!-- end of ${name} -->)`);

/** The page with today's figures in their places; throws when a place is missing. */
export const scalingPage = (page: string): string =>
  Object.entries(scalingParts()).reduce((text, [name, lines]) => {
    if (!place(name).test(text)) throw new Error(`docs/scaling.md has no place for ${name}.`);
    return text.replace(
      place(name),
      (_, before, after) => `${before}\n${lines.join("\n")}\n${after}`,
    );
  }, page);
