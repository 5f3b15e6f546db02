import { describe, expect, test } from "vitest";
import { toldKeys } from "../../lambdas/told-keys.ts";
import {
  type KeyMaker,
  KeyServiceError,
  type KeyTrouble,
} from "../../lib/core/personal/key-service.ts";

const generated = { plaintext: new Uint8Array(32), wrapped: new Uint8Array(64) };
const makerThat = (create: KeyMaker["create"]): KeyMaker => ({
  create,
  generate: async () => generated,
});
const told = (maker: KeyMaker) => {
  const outcomes: string[] = [];
  return { outcomes, keys: toldKeys(maker, (outcome) => outcomes.push(outcome)) };
};

describe("a KMS key for a user", () => {
  test("is told of when it was made", async () => {
    const made = { keyId: "key-1", own: true };
    const { keys, outcomes } = told(makerThat(async () => made));
    expect(await keys.create("claim")).toEqual(made);
    expect(outcomes).toEqual(["made"]);
  });

  test("was not made where all users share one", async () => {
    const { keys, outcomes } = told(makerThat(async () => ({ keyId: "shared", own: false })));
    await keys.create("claim");
    expect(outcomes).toEqual([]);
  });

  test.each<[KeyTrouble, readonly string[]]>([
    ["throttled", ["refused"]],
    ["exhausted", ["refused"]],
    ["denied", []],
    ["unclear", []],
  ])(
    "that the service does not make (%s) is told of as %j, and fails as before",
    async (trouble, outcomes) => {
      const error = new KeyServiceError(trouble, "no");
      const { keys, outcomes: seen } = told(
        makerThat(async () => {
          throw error;
        }),
      );
      await expect(keys.create("claim")).rejects.toBe(error);
      expect(seen).toEqual(outcomes);
    },
  );

  test("and its data keys are told apart: those are not counted", async () => {
    const { keys, outcomes } = told(makerThat(async () => ({ keyId: "key-1", own: true })));
    expect(await keys.generate("key-1", "ann")).toEqual(generated);
    expect(outcomes).toEqual([]);
  });
});
