import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createTurns } from "../../lambdas/turns.ts";

const nobodyWaitsSoLong = 60_000;

/** Notes when each piece of work begins and ends. */
const diary = () => {
  const entries: string[] = [];
  const work =
    (name: string, result: () => string = () => name) =>
    async () => {
      entries.push(`${name} begins`);
      await sleep(1);
      entries.push(`${name} ends`);
      return result();
    };
  return { entries, work };
};

describe("turns", () => {
  test("let work on one stream go one after the other, in the order of its coming", async () => {
    const { entries, work } = diary();
    const turns = createTurns(nobodyWaitsSoLong);
    const names = ["a", "b", "c"];
    const answers = await Promise.all(names.map((name) => turns.take(["s"], work(name))));
    expect(answers).toEqual(names);
    expect(entries).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  test("let work on other streams go at the same time", async () => {
    const { entries, work } = diary();
    const turns = createTurns(nobodyWaitsSoLong);
    await Promise.all([turns.take(["s"], work("a")), turns.take(["t"], work("b"))]);
    expect(entries.slice(0, 2)).toEqual(["a begins", "b begins"]);
  });

  test("begin at once where nobody works", () => {
    const { entries, work } = diary();
    void createTurns(nobodyWaitsSoLong).take(["s"], work("a"));
    expect(entries).toEqual(["a begins"]);
  });

  test("pass on what the work gives or throws, and go on after a failure", async () => {
    const { work } = diary();
    const turns = createTurns(nobodyWaitsSoLong);
    const fail = work("a", () => {
      throw new Error("broken");
    });
    const failed = turns.take(["s"], fail);
    const next = turns.take(["s"], work("b"));
    await expect(failed).rejects.toThrow("broken");
    expect(await next).toBe("b");
    expect(await turns.take(["s"], work("c"))).toBe("c");
  });

  test("never let two wait for each other, whatever streams they share", async () => {
    const { entries, work } = diary();
    const turns = createTurns(nobodyWaitsSoLong);
    const pairs = [
      ["s", "t"],
      ["t", "s"],
      ["t", "u"],
      ["u", "s"],
      ["s", "s"],
    ];
    await Promise.all(pairs.map((pair, index) => turns.take(pair, work(String(index)))));
    expect(entries).toHaveLength(2 * pairs.length);
  });

  test("are not waited for beyond their bound: the work goes ahead", async () => {
    const turns = createTurns(1);
    void turns.take(["s"], () => new Promise(() => {}));
    expect(await turns.take(["s"], async () => "done")).toBe("done");
  });
});
