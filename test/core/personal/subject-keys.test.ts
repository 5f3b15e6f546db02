import { describe, expect, it } from "vitest";
import { claimedAt, newClaim, parseSubjectKey } from "../../../lib/core/personal/subject-keys.ts";
import { keyContract } from "../../contracts/subject-keys.ts";
import { createKeyWorld, slowTime } from "../../key-world.ts";
import { createMemoryKeys, createMemoryRows } from "../../memory-keys.ts";

for (const mode of ["per-user", "shared"] as const)
  keyContract("keys in memory", mode, async () => {
    const keys = createMemoryKeys(mode);
    const world = createKeyWorld(createMemoryRows(), keys, slowTime);
    const enabledKeys = async () =>
      [...keys.made].filter(([, { state }]) => state === "enabled").map(([id]) => id);
    return { world, enabledKeys };
  });

describe("a claim", () => {
  it("tells when it was made, and sorts by that", () => {
    const early = Date.parse("2029-12-31T23:59:59.999Z");
    expect(claimedAt(newClaim(early))).toBe(early);
    expect(newClaim(early) < newClaim(early + 1)).toBe(true);
  });

  it("is never made twice", () => {
    expect(newClaim(0)).not.toBe(newClaim(0));
  });
});

describe("the record of a user's key", () => {
  it("refuses a state that it does not know", () => {
    expect(() => parseSubjectKey({ state: "frozen" })).toThrow();
    expect(() => parseSubjectKey({ state: "ready", claim: "c" })).toThrow();
  });
});
