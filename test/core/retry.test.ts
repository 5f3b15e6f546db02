import { describe, expect, it } from "vitest";
import { pause, retry } from "../../lib/core/retry.ts";
import { createClock } from "../clock.ts";

const build = (random = 0.5) => {
  const time = createClock();
  return { time, clock: { ...time, random: () => random } };
};

/** Fails so many times, then answers. */
const failing = (times: number) => {
  let calls = 0;
  const action = async (): Promise<string> => {
    calls += 1;
    if (calls <= times) throw new Error(`failure ${calls}`);
    return "answer";
  };
  return { action, calls: () => calls };
};

describe("retrying", () => {
  it("ends with the first answer", async () => {
    const { clock } = build();
    const { action, calls } = failing(3);
    expect(await retry(clock, clock.now() + 10_000, () => true, action)).toBe("answer");
    expect(calls()).toBe(4);
  });

  it("throws at once what is not worth it", async () => {
    const { clock } = build();
    const { action, calls } = failing(3);
    await expect(retry(clock, clock.now() + 10_000, () => false, action)).rejects.toThrow(
      "failure 1",
    );
    expect(calls()).toBe(1);
  });

  it("throws the last failure once the deadline has passed", async () => {
    const { clock } = build();
    const { action, calls } = failing(1_000);
    await expect(retry(clock, clock.now() + 3_000, () => true, action)).rejects.toThrow(
      /failure \d\d/,
    );
    expect(calls()).toBeLessThan(20);
  });

  it("waits longer each time, with jitter, and never longer than 400 ms", async () => {
    for (const [random, first, last] of [
      [0, 12.5, 200],
      [1, 25, 400],
    ] as const) {
      const { clock, time } = build(random);
      for (let failures = 0; failures < 8; failures++) await pause(clock, failures);
      expect([time.slept[0], time.slept.at(-1)]).toEqual([first, last]);
      expect([...time.slept].sort((left, right) => left - right)).toEqual(time.slept);
    }
  });
});
