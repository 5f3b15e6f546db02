import { describe, expect, test } from "vitest";
import { createStage, matches, money } from "../../../bin/demo/stage.ts";
import { Problem } from "../../../lib/client/problem.ts";

const setUp = () => {
  const lines: string[] = [];
  return { lines, stage: createStage("http://127.0.0.1:1", (line) => lines.push(line)) };
};

describe("a stage", () => {
  test("tells what was as expected", () => {
    const { lines, stage } = setUp();
    stage.sees("It is one.", { one: 1, two: 2 }, { one: 1 });
    expect(lines).toEqual(["  ✓ It is one."]);
    expect(stage.disappointments()).toBe(0);
  });

  test("tells what was not, and what was there instead", () => {
    const { lines, stage } = setUp();
    stage.sees("It is one.", { one: 3 }, { one: 1 });
    expect(lines).toEqual(['  ✗ It is one.\n      but: {"one":3}']);
    expect(stage.disappointments()).toBe(1);
  });

  test("expects a refusal for its reason, and for no other", async () => {
    const { stage } = setUp();
    const poor = () => Promise.reject(new Problem(422, "Too poor.", { code: "too-poor" }));
    await stage.refused("No money.", poor(), "too-poor");
    await stage.refused("No money.", poor(), "422");
    expect(stage.disappointments()).toBe(0);
    await stage.refused("No money.", poor(), "403");
    await stage.refused("No money.", Promise.resolve({}), "too-poor");
    const fault = Object.assign(new Error("It broke."), { code: "too-poor" });
    await stage.refused("No money.", Promise.reject(fault), "too-poor");
    expect(stage.disappointments()).toBe(3);
  });

  test("has the users of a cast where there is one", async () => {
    const asked: string[] = [];
    const cast = {
      subOf: (name: string) => `user of ${name}`,
      tokenOf: async (name: string, groups: readonly string[]) => {
        asked.push(`${name}: ${groups.join()}`);
        return "token";
      },
    };
    const stage = createStage("http://127.0.0.1:1", () => undefined, cast);
    expect(stage.subOf("alice")).toBe("user of alice");
    const sent: unknown[] = [];
    const fetch = async (_: string, init: RequestInit): Promise<Response> => {
      sent.push(new Headers(init.headers).get("authorization"));
      return Response.json({ items: [] });
    };
    await stage.actor("root", ["admin"], { fetch }).admin.views();
    expect([asked, sent]).toEqual([["root: admin"], ["Bearer token"]]);
  });

  test("has other people in every run", () => {
    const runs = new Set(Array.from({ length: 5 }, () => setUp().stage.subOf("alice")));
    expect(runs.size).toBeGreaterThan(1);
  });
});

test.each([
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, true],
  [{ a: [{ b: 2, c: 3 }], d: 4 }, { a: [{ b: 2 }] }, true],
  [{ a: [1, 2] }, { a: [1] }, false],
  [{ a: {} }, { a: [] }, false],
  [{ a: null }, { a: null }, true],
  [{ a: undefined }, { a: null }, false],
  [null, {}, false],
  [{}, { a: 1 }, false],
])("%j has all of %j: %s", (found, expected, has) => {
  expect(matches(found, expected)).toBe(has);
});

test("money is written with two decimals", () => {
  expect([money(0), money(5), money(123_450)]).toEqual(["0.00", "0.05", "1234.50"]);
});
