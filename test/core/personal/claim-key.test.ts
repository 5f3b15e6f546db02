import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import { claimKey, keyBounds } from "../../../lib/core/personal/claim-key.ts";
import { KeyServiceError, type KeyTrouble } from "../../../lib/core/personal/key-service.ts";
import { newClaim } from "../../../lib/core/personal/subject-keys.ts";
import { createKeyWorld, openOne, sealOne } from "../../key-world.ts";
import { createMemoryKeys, createMemoryRows } from "../../memory-keys.ts";

/** A world whose key service gives these troubles to the first calls of CreateKey. */
const build = (...troubles: readonly KeyTrouble[]) => {
  const keys = createMemoryKeys("per-user");
  const rows = createMemoryRows();
  const left = [...troubles];
  let creates = 0;
  const create = async (claim: string) => {
    creates += 1;
    const trouble = left.shift();
    // What is unclear may have been done: here it was.
    const made =
      trouble === undefined || trouble === "unclear" ? await keys.create(claim) : undefined;
    if (made && !trouble) return made;
    throw new KeyServiceError(trouble ?? "unclear", "CreateKey");
  };
  const world = createKeyWorld(rows, { ...keys, create });
  const ports = { ...world.clock, rows, keys: { ...keys, create } };
  const claim = () => claimKey(ports, "ada", world.clock.now() + keyBounds.totalMs);
  return { world, rows, keys, claim, created: () => creates };
};

const refusal = async (work: Promise<unknown>): Promise<Refusal> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error;
  throw error ?? new Error("It was not refused.");
};

describe("a user's key on first use", () => {
  it("is claimed, made, recorded, and off the list", async () => {
    const { claim, rows, keys } = build();
    const key = await claim();
    expect(rows.subjects.get("ada")).toEqual(key);
    expect([...keys.made]).toEqual([[key.keyId, { claim: key.claim, state: "enabled" }]]);
    expect(await rows.openClaims("9999", 10)).toEqual([]);
  });

  it("is not made while somebody else's claim is young", async () => {
    const { world, claim, rows, created } = build();
    await rows.claim("ada", newClaim(world.clock.now()), undefined);
    const { kind, facts } = await refusal(claim());
    expect({ kind, ...facts }).toEqual({ kind: "unavailable", retryAfter: 1 });
    expect(created()).toBe(0);
  });

  it("is made in the place of a claim that nobody can be alive for, which stays listed", async () => {
    const { world, claim, rows } = build();
    const left = newClaim(world.clock.now());
    await rows.claim("ada", left, undefined);
    world.advance(keyBounds.claimAgeMaxMs + 1);
    const key = await claim();
    expect(key.claim).not.toBe(left);
    expect(await rows.openClaims("9999", 10)).toEqual([{ user: "ada", claim: left }]);
  });

  it("is made after throttling, with one key", async () => {
    const { claim, keys, created } = build("throttled", "throttled");
    await claim();
    expect(created()).toBe(3);
    expect(keys.made.size).toBe(1);
  });

  it("leaves nothing half written when throttling outlasts the bounds", async () => {
    const { claim, rows, keys } = build(...Array.from({ length: 99 }, () => "throttled" as const));
    const { kind, facts } = await refusal(claim());
    expect({ kind, ...facts }).toEqual({ kind: "unavailable", retryAfter: 2 });
    expect(rows.subjects.size).toBe(0);
    expect(await rows.openClaims("9999", 10)).toEqual([]);
    expect(keys.made.size).toBe(0);
  });

  it("is refused for a minute when the account may have no more keys, and nothing is left", async () => {
    const { claim, rows, created } = build("exhausted");
    const { kind, facts } = await refusal(claim());
    expect({ kind, ...facts }).toEqual({ kind: "unavailable", retryAfter: 60 });
    expect(created()).toBe(1);
    expect(rows.subjects.size).toBe(0);
  });

  it("is made under a new claim when no answer came, and the lost key is found by its claim", async () => {
    const { claim, world, rows, keys } = build("unclear");
    const key = await claim();
    expect(keys.made.size).toBe(2);
    world.advance(60 * 60_000);
    expect(await world.start().sweep()).toMatchObject({ destroyed: 1, adopted: 0, failures: [] });
    expect(rows.subjects.get("ada")).toEqual(key);
    expect([...keys.made].filter(([, { state }]) => state === "enabled")).toHaveLength(1);
  });

  it("is usable when the answers of many creations are lost", async () => {
    const { world } = build("unclear", "unclear", "unclear");
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    expect(await openOne(world.start().opener, sealed)).toBe("Ada");
  });

  it("is not recorded, and is destroyed, when the user is erased while it is made", async () => {
    const { world, rows, keys } = build();
    const eraseFirst = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
      if (name === "record") await world.start().erase("ada");
      return call();
    };
    const { kind } = await refusal(sealOne(world.start(eraseFirst).sealer, "ada", "Ada"));
    expect(kind).toBe("gone");
    world.advance(60 * 60_000);
    await world.start().sweep();
    expect([...keys.made.values()].map(({ state }) => state)).toEqual(["doomed"]);
    expect(rows.subjects.get("ada")?.state).toBe("erased");
  });

  it("gives its claim up and passes a fault on as it is", async () => {
    const { world, rows } = build();
    const broken = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
      if (name === "create") throw new TypeError("a bug");
      return call();
    };
    const { sealer } = world.start(broken);
    await expect(sealOne(sealer, "ada", "Ada")).rejects.toThrow(TypeError);
    expect(rows.subjects.size).toBe(0);
  });
});
