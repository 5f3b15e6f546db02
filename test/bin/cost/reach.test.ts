import { describe, expect, test } from "vitest";
import { limitsOf } from "../../../bin/cost/limits.ts";
import { limitsInOrder, limitsMet } from "../../../bin/cost/reach.ts";
import { workloadWith } from "../../../bin/cost/workload.ts";

const workload = workloadWith();

describe("limits", () => {
  test("stand in the order in which growing commands meet them", () => {
    const rates = limitsInOrder(workload).map(({ atCommands }) => atCommands);
    expect(rates).toEqual(rates.toSorted((left, right) => left - right));
    expect(limitsInOrder(workload)[0]?.name).toBe("KMS keys");
  });

  test("are met where they say, and not before", () => {
    for (const { name, atCommands } of limitsInOrder(workload)) {
      if (!Number.isFinite(atCommands)) continue;
      const at = (rate: number) =>
        limitsOf({ ...workload, "commands-per-second": rate }).find((each) => each.name === name);
      const [met, before] = [at(atCommands * 1.000001), at(atCommands * 0.999)];
      expect(met && met.load >= met.capacity, name).toBe(true);
      expect(before && before.load < before.capacity, name).toBe(true);
    }
  });

  test("that nothing loads are never met", () => {
    const cold = limitsInOrder(workloadWith({ "hottest-stream": 0 }));
    expect(cold.find(({ name }) => name === "hottest stream")?.atCommands).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test("that are met already are told", () => {
    expect(limitsMet(limitsInOrder(workload))).toEqual([]);
    const busy = workloadWith({ "commands-per-second": 100, subjectKeys: "shared" });
    expect(limitsMet(limitsInOrder(busy)).map(({ name }) => name)).toEqual(["throttle of the API"]);
  });
});
