import { expect, test } from "vitest";
import * as z from "zod/mini";
import "../../lib/core/english.ts";

test("what does not fit is told in English", () => {
  const Shape = z.strictObject({ amount: z.int(), name: z.string().check(z.minLength(1)) });
  const { error } = Shape.safeParse({ amount: "7", name: "", more: true });
  expect(error?.issues.map(({ message }) => message)).toEqual([
    "Invalid input: expected number, received string",
    "Too small: expected string to have >=1 characters",
    'Unrecognized key: "more"',
  ]);
});
