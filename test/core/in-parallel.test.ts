import { describe, expect, it } from "vitest";
import { inParallel } from "../../lib/core/in-parallel.ts";

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("working in parallel", () => {
  it("works on every item once, and on no more than so many at a time", async () => {
    const items = Array.from({ length: 20 }, (_, index) => index);
    const worked: number[] = [];
    let underWay = 0;
    let most = 0;
    await inParallel(items, 6, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await later();
      underWay -= 1;
      worked.push(item);
    });
    expect(worked.sort((left, right) => left - right)).toEqual(items);
    expect(most).toBe(6);
  });

  it("throws the first failure once those under way have ended, and begins no more", async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = inParallel([0, 1, 2, 3, 4, 5], 3, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error("item 1");
      await later();
      ended.push(item);
    });
    await expect(work).rejects.toThrow("item 1");
    expect(ended).toEqual([0, 2]);
    expect(begun).toEqual([0, 1, 2]);
  });

  it("does nothing with nothing", async () => {
    await expect(inParallel([], 3, later)).resolves.toBeUndefined();
  });
});
