import { expect, test } from "vitest";
import { outcomeOf } from "../../lambdas/told-outcomes.ts";

test.each([
  [200, "Accepted"],
  [201, "Accepted"],
  [400, "Refused"],
  [403, "Refused"],
  [409, "Conflicts"],
  [410, "Refused"],
  [422, "Refused"],
  [500, undefined],
  [503, undefined],
])("a command that was answered %i counts as %s", (status, outcome) => {
  expect(outcomeOf(status)).toBe(outcome);
});
