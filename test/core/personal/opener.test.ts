import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import { KeyServiceError, type KeyTrouble } from "../../../lib/core/personal/key-service.ts";
import { type Around, createKeyWorld, openOne, sealOne } from "../../key-world.ts";
import { createMemoryKeys, createMemoryRows } from "../../memory-keys.ts";

const build = () => {
  const keys = createMemoryKeys("per-user");
  return { world: createKeyWorld(createMemoryRows(), keys), keys };
};

/** Gives these troubles to the first unwrappings. */
const troubled = (...troubles: readonly KeyTrouble[]): Around => {
  const left = [...troubles];
  return (name, call) => {
    const trouble = name === "unwrap" ? left.shift() : undefined;
    return trouble ? Promise.reject(new KeyServiceError(trouble, name)) : call();
  };
};

const forever = (trouble: KeyTrouble): Around => troubled(...new Array(200).fill(trouble));

const refusal = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal) return { kind: error.kind, ...error.facts };
    throw error;
  }
};

const old = 10 * 60_000;

describe("opening", () => {
  it("is null when the user is erased between the two reads of a look-up", async () => {
    let meanwhile = async (): Promise<void> => {};
    const rows = createMemoryRows(() => meanwhile());
    const world = createKeyWorld(rows, createMemoryKeys("per-user"));
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    meanwhile = async () => {
      meanwhile = async () => {};
      await world.start().erase("ada");
    };
    expect(await openOne(world.start().opener, sealed)).toBe("erased");
  });

  it("is null when the key is disabled by an erasure between look-up and unwrapping", async () => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    const eraseFirst: Around = async (name, call) => {
      if (name !== "unwrap") return call();
      await world.rows.bury("ada", "2030-01-01T00:00:00.000Z");
      throw new KeyServiceError("disabled", name);
    };
    expect(await openOne(world.start(eraseFirst).opener, sealed)).toBe("erased");
  });

  it("waits out throttling, silence and states that do not last", async () => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    world.advance(old);
    const around = troubled("throttled", "unclear", "not-ready");
    expect(await openOne(world.start(around).opener, sealed)).toBe("Ada");
  });

  it("waits until a key that was made just now is known everywhere", async () => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    const around = troubled("absent", "denied", "absent");
    expect(await openOne(world.start(around).opener, sealed)).toBe("Ada");
  });

  it.each([
    ["throttled", 2],
    ["unclear", 2],
    ["not-ready", 2],
    ["denied", 60],
    ["disabled", 60],
  ] as const)("is refused as unavailable while the key is %s", async (trouble, retryAfter) => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    world.advance(old);
    const opened = openOne(world.start(forever(trouble)).opener, sealed);
    expect(await refusal(opened)).toEqual({ kind: "unavailable", retryAfter });
  });

  it("is refused as unavailable, not null, when a new key stays unknown", async () => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    const opened = openOne(world.start(forever("absent")).opener, sealed);
    expect(await refusal(opened)).toEqual({ kind: "unavailable", retryAfter: 2 });
  });

  it.each(["absent", "doomed"] as const)(
    "is null when the key is %s, though a restored table knows of no erasure",
    async (trouble) => {
      const { world } = build();
      const sealed = await sealOne(world.start().sealer, "ada", "Ada");
      world.advance(old);
      expect(await openOne(world.start(forever(trouble)).opener, sealed)).toBe("erased");
    },
  );

  it("is a fault when a data key is missing and nobody was erased", async () => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    await world.rows.removeDataKeys("ada");
    await expect(openOne(world.start().opener, sealed)).rejects.toThrow(/missing/);
  });

  it("is a fault when bytes were changed, wherever, and tells nothing of the value", async () => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "a very personal value");
    for (const at of sealed.keys()) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const error = await openOne(world.start().opener, changed).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(Refusal);
      expect(String(error)).not.toContain("personal value of");
    }
  });

  it("is a fault when one user's sealed value is passed off as another's", async () => {
    const { world } = build();
    const { sealer } = world.start();
    const ada = await sealOne(sealer, "ada", "Ada");
    await sealOne(sealer, "bob", "Bob");
    const forged = Uint8Array.from(ada);
    forged.set(Buffer.from("bob"), 3);
    await expect(openOne(world.start().opener, forged)).rejects.toThrow();
  });

  it("unwraps at most 8 data keys at a time", async () => {
    const { world } = build();
    const { sealer } = world.start();
    const sealed: Uint8Array[] = [];
    for (let user = 0; user < 30; user++) sealed.push(await sealOne(sealer, `user ${user}`, user));
    let underWay = 0;
    let most = 0;
    const watched: Around = async (name, call) => {
      if (name !== "unwrap") return call();
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return call();
    };
    const opened = await world.start(watched).opener.open(sealed);
    expect(opened).toEqual(sealed.map((_, user) => ({ value: user })));
    expect(most).toBe(8);
  });
});
