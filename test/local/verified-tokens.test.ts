import { expect, test } from "vitest";
import { verifiedTokens } from "../../local/verified-tokens.ts";

const setUp = (expirySeconds = 1_000) => {
  const asked: string[] = [];
  const clock = { ms: 0 };
  const verify = async (token: string) => {
    asked.push(token);
    if (token.startsWith("bad")) throw new Error("bad token");
    return { sub: token, "cognito:groups": ["admin"], exp: expirySeconds };
  };
  const bounds = { entriesMax: 2, ms: 60_000 };
  return { asked, clock, claimsOf: verifiedTokens(verify, () => clock.ms, bounds) };
};

test("a good token is verified once a minute", async () => {
  const { asked, clock, claimsOf } = setUp();
  const claims = { sub: "a", "cognito:groups": "[admin]", exp: "1000" };
  expect(await claimsOf("a")).toEqual(claims);
  clock.ms = 59_999;
  expect(await claimsOf("a")).toEqual(claims);
  expect(asked).toEqual(["a"]);
  clock.ms = 60_000;
  await claimsOf("a");
  expect(asked).toEqual(["a", "a"]);
});

test("a token is not remembered beyond its expiry", async () => {
  const { asked, clock, claimsOf } = setUp(5);
  await claimsOf("a");
  clock.ms = 5_000;
  await claimsOf("a");
  expect(asked).toEqual(["a", "a"]);
});

test("a bad token is verified each time", async () => {
  const { asked, claimsOf } = setUp();
  await expect(claimsOf("bad")).rejects.toThrow("bad token");
  await expect(claimsOf("bad")).rejects.toThrow("bad token");
  expect(asked).toEqual(["bad", "bad"]);
});

test("the oldest are forgotten first", async () => {
  const { asked, claimsOf } = setUp();
  for (const token of ["a", "b", "c", "c", "b", "a"]) await claimsOf(token);
  expect(asked).toEqual(["a", "b", "c", "a"]);
});
