import { expect, test } from "vitest";
import { subjectOfToken } from "../../lib/client/caller.ts";
import { tokenNaming } from "./scripted-server.ts";

test.each(["alice", "auth0|5f7c", "Zoë ✨ ?>"])("a token names %s", (sub) => {
  expect(subjectOfToken(tokenNaming({ sub }))).toBe(sub);
});

test("a token that names nobody is refused, and so is none", () => {
  for (const token of [tokenNaming({}), tokenNaming({ sub: "" }), tokenNaming([]), undefined])
    expect(() => subjectOfToken(token)).toThrow("The token names nobody.");
});
