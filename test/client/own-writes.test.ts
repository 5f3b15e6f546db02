import { expect, test } from "vitest";
import { rememberWrites } from "../../lib/client/own-writes.ts";
import { createClock } from "../clock.ts";

test("what was written is named until its time is over", () => {
  const clock = createClock();
  const writes = rememberWrites(clock, 2_000);
  expect(writes.token()).toBeUndefined();
  writes.note("account-a1@3");
  clock.advance(1_999);
  expect(writes.token()).toBe("account-a1@3");
  clock.advance(1);
  expect(writes.token()).toBeUndefined();
});

test("a later write to the same stream counts from its own time, and never goes back", () => {
  const clock = createClock();
  const writes = rememberWrites(clock, 2_000);
  writes.note("account-a1@3");
  clock.advance(1_500);
  writes.note("account-a1@2");
  clock.advance(1_500);
  expect(writes.token()).toBe("account-a1@3");
});

test("both sides of a transfer are named", () => {
  const writes = rememberWrites(createClock(), 2_000);
  writes.note("account-a1@3,account-b2@9");
  expect(writes.token()).toBe("account-a1@3,account-b2@9");
});

test("of more streams than a token may name the latest stay", () => {
  const writes = rememberWrites(createClock(), 2_000);
  for (let stream = 1; stream <= 10; stream++) writes.note(`cart-c${stream}@1`);
  writes.note("cart-c3@2");
  expect(writes.token()?.split(",")).toEqual([
    "cart-c4@1",
    "cart-c5@1",
    "cart-c6@1",
    "cart-c7@1",
    "cart-c8@1",
    "cart-c9@1",
    "cart-c10@1",
    "cart-c3@2",
  ]);
});

test("an answer without a token changes nothing", () => {
  const writes = rememberWrites(createClock(), 2_000);
  writes.note(null);
  expect(writes.token()).toBeUndefined();
});

test("with no time at all nothing is remembered", () => {
  const writes = rememberWrites(createClock(), 0);
  writes.note("account-a1@3");
  expect(writes.token()).toBeUndefined();
});
