import { describe, expect, it } from "vitest";
import { destroyStageKeys } from "../../../lib/core/personal/destroy-stage-keys.ts";
import { KeyServiceError } from "../../../lib/core/personal/key-service.ts";
import { createTestTime } from "../../key-world.ts";
import { createMemoryKeys } from "../../memory-keys.ts";

const build = () => {
  const keys = createMemoryKeys("per-user");
  return { keys, clock: { ...createTestTime(), random: () => 0.5 } };
};

describe("destroying a stage's keys", () => {
  it("takes every key that was made for a user, and no other", async () => {
    const { keys, clock } = build();
    const [ada, bob, other] = [
      await keys.create("2030_a"),
      await keys.create("2030_b"),
      await keys.create("not ours"),
    ];
    const claimOf = async (keyId: string) =>
      keyId === other?.keyId ? undefined : keys.claimOf(keyId);
    expect(await destroyStageKeys({ ...clock, keys: { ...keys, claimOf } })).toBe(2);
    const stateOf = (keyId = "") => keys.made.get(keyId)?.state;
    expect([ada, bob, other].map((key) => stateOf(key?.keyId))).toEqual([
      "doomed",
      "doomed",
      "enabled",
    ]);
  });

  it("waits out throttling", async () => {
    const { keys, clock } = build();
    await keys.create("2030_a");
    let throttles = 5;
    const destroy = async (keyId: string) => {
      if (throttles-- > 0) throw new KeyServiceError("throttled", "ScheduleKeyDeletion");
      return keys.destroy(keyId);
    };
    expect(await destroyStageKeys({ ...clock, keys: { ...keys, destroy } })).toBe(1);
  });

  it("fails when a key cannot be destroyed, so that the stack is not taken for gone", async () => {
    const { keys, clock } = build();
    await keys.create("2030_a");
    const destroy = async () => Promise.reject(new KeyServiceError("denied", "no"));
    const work = destroyStageKeys({ ...clock, keys: { ...keys, destroy } });
    await expect(work).rejects.toThrow(KeyServiceError);
  });
});
