import { expect, test } from "vitest";
import { limitsOf } from "../../bin/cost/limits.ts";
import { stepRates } from "../../bin/cost/steps.ts";
import { workloadWith } from "../../bin/cost/workload.ts";
import { textOf } from "../sources.ts";
import { scalingPage, scalingParts } from "./scaling-page.ts";

const page = textOf("docs/scaling.md");

test("the page's figures are the model's", () => {
  expect(page, "run `npm run schemas`").toBe(scalingPage(page));
});

test("every step and every limit stands on it", () => {
  for (const rate of stepRates) expect(page).toContain(`| ${rate.toLocaleString("en-US")} `);
  for (const { name } of limitsOf(workloadWith())) expect(page).toContain(`| ${name} `);
});

test("a figure that is not the model's is found", () => {
  const [, , row = ""] = scalingParts().steps ?? [];
  const changed = page.replace(row, () => row.replace("$", () => "$1"));
  expect(changed).not.toBe(page);
  expect(scalingPage(changed)).toBe(page);
});

test("a page without a place for the figures is refused", () => {
  expect(() => scalingPage("# Scale")).toThrow("no place for steps");
});

test("what the code is said to be turned by is there", () => {
  const turned = [...page.matchAll(/`(\w+)` in (lib\/infra\/[a-z-]+\.ts)/g)];
  expect(turned.length).toBeGreaterThan(3);
  for (const [, name = "", path = ""] of turned) expect(textOf(path)).toContain(name);
});
