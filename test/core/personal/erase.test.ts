import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import { KeyServiceError, type KeyTrouble } from "../../../lib/core/personal/key-service.ts";
import { type Around, createKeyWorld, openOne, sealOne } from "../../key-world.ts";
import { createMemoryKeys, createMemoryRows } from "../../memory-keys.ts";

const build = (mode: "per-user" | "shared" = "per-user") => {
  const rows = createMemoryRows();
  const keys = createMemoryKeys(mode);
  return { world: createKeyWorld(rows, keys), rows, keys };
};

const refusing = (call: string, trouble: KeyTrouble, times = 1_000): Around => {
  let left = times;
  return async (name, proceed) => {
    if (name === call && left-- > 0) throw new KeyServiceError(trouble, call);
    return proceed();
  };
};

describe("erasing a user", () => {
  it("is done in this order: tombstone, wrapped keys, disabled key, deletion, done", async () => {
    const { world } = build();
    await sealOne(world.start().sealer, "ada", "Ada");
    const order: string[] = [];
    const noting: Around = (name, call) => {
      order.push(name);
      return call();
    };
    await world.start(noting).erase("ada");
    expect(order.filter((name) => name !== "find")).toEqual([
      "bury",
      "removeDataKeys",
      "removeDataKeys",
      "disable",
      "destroy",
      "finish",
    ]);
  });

  it("tells when it began, and when the KMS key is destroyed", async () => {
    const { world } = build();
    await sealOne(world.start().sealer, "ada", "Ada");
    expect(await world.start().erase("ada")).toEqual({
      user: "ada",
      erasedAt: "2030-01-01T00:00:00.000Z",
      keyDestroyedAt: "2030-01-08T00:00:00.000Z",
    });
  });

  it("never touches the key that all share", async () => {
    const { world, keys } = build("shared");
    const bob = await sealOne(world.start().sealer, "bob", "Bob");
    await sealOne(world.start().sealer, "ada", "Ada");
    const { erasedAt, keyDestroyedAt } = await world.start().erase("ada");
    expect(keyDestroyedAt).toBe(erasedAt);
    expect([...keys.made.values()]).toMatchObject([{ state: "enabled" }]);
    expect(await openOne(world.start().opener, bob)).toBe("Bob");
  });

  it("never touches the shared key either where users have had keys of their own since", async () => {
    const { world, rows, keys } = build();
    keys.made.set("shared", { claim: "", state: "enabled" });
    await rows.claim("ada", "2028_a", undefined);
    await rows.record("ada", "2028_a", { keyId: "shared", own: false });
    await world.start().erase("ada");
    expect(keys.made.get("shared")?.state).toBe("enabled");
  });

  it.each(["throttled", "unclear", "not-ready"] as const)(
    "waits while the key is %s",
    async (trouble) => {
      const { world, keys } = build();
      await sealOne(world.start().sealer, "ada", "Ada");
      await world.start(refusing("disable", trouble, 3)).erase("ada");
      expect([...keys.made.values()]).toMatchObject([{ state: "doomed" }]);
    },
  );

  it("is refused as unavailable, with the tombstone standing, when the key stays in use", async () => {
    const { world, rows } = build();
    await sealOne(world.start().sealer, "ada", "Ada");
    const erasure = world.start(refusing("destroy", "throttled")).erase("ada");
    await expect(erasure).rejects.toMatchObject({ kind: "unavailable" });
    expect(rows.subjects.get("ada")?.state).toBe("erased");
    await expect(sealOne(world.start().sealer, "ada", "x")).rejects.toMatchObject({ kind: "gone" });
    expect(await world.start().erase("ada")).toMatchObject({ user: "ada" });
  });

  it("takes an old key that is gone for destroyed, and not a new one", async () => {
    const { world, rows } = build();
    await sealOne(world.start().sealer, "ada", "Ada");
    const absent = refusing("disable", "absent");
    await expect(world.start(absent).erase("ada")).rejects.toBeInstanceOf(Refusal);
    world.advance(10 * 60_000);
    await world.start(absent).erase("ada");
    expect(rows.subjects.get("ada")).toHaveProperty("destroyedAt");
  });

  it("goes on later when there are more wrapped keys than one call removes", async () => {
    const { world, rows } = build();
    const removeDataKeys = async () => 25;
    const endless = createKeyWorld({ ...rows, removeDataKeys }, createMemoryKeys("per-user"));
    await expect(endless.start().erase("ada")).rejects.toMatchObject({ kind: "unavailable" });
    expect(await rows.openErasures(10)).toEqual(["ada"]);
    expect(await world.start().sweep()).toMatchObject({ erased: 1 });
  });

  it("is refused as bad input for a name that nobody can have", async () => {
    const { world } = build();
    for (const user of ["", "\ud800", "x".repeat(1001)])
      await expect(world.start().erase(user)).rejects.toMatchObject({ kind: "bad-input" });
  });
});
