import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import { sweepBounds } from "../../../lib/core/personal/sweep.ts";
import { createDice } from "../../clock.ts";
import { type Around, createKeyWorld, type KeyWorld, openOne, sealOne } from "../../key-world.ts";
import { createMemoryKeys, createMemoryRows } from "../../memory-keys.ts";

class Crash extends Error {}

/** A process that dies before or after its nth call: from then on it does nothing at all. */
const dying = (lastCall: number, isDone: boolean): Around => {
  let calls = 0;
  return async (_, call) => {
    calls += 1;
    if (calls > lastCall) throw new Crash();
    if (calls < lastCall) return call();
    if (isDone) await call();
    throw new Crash();
  };
};

const build = () => {
  const keys = createMemoryKeys("per-user");
  const rows = createMemoryRows();
  return { world: createKeyWorld(rows, keys), keys, rows };
};

const later = (world: KeyWorld): void => world.advance(sweepBounds.claimAgeMinMs + 60_000);

/** Runs work that may crash, and may be refused as `unavailable` or `gone`; nothing else. */
const survive = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return "done";
  } catch (error) {
    if (error instanceof Crash) return "crashed";
    if (error instanceof Refusal && ["gone", "unavailable"].includes(error.kind)) return error.kind;
    throw error;
  }
};

/**
 * What must hold after the sweeper: nothing open, and a KMS key enabled for each user who has one,
 * and no other.
 */
const expectTidy = async ({ world, keys, rows }: ReturnType<typeof build>): Promise<void> => {
  later(world);
  const { failures } = await world.start().sweep();
  expect(failures).toEqual([]);
  expect(await rows.openErasures(10)).toEqual([]);
  expect(await rows.openClaims("9999", 10)).toEqual([]);
  const owned = [...rows.subjects.values()].flatMap((row) =>
    row.state === "ready" ? [row.keyId] : [],
  );
  for (const [id, { state }] of keys.made)
    expect(state, id).toBe(owned.includes(id) ? "enabled" : "doomed");
  expect([...keys.made.keys()]).toEqual(expect.arrayContaining(owned));
};

describe("the sweeper", () => {
  it("leaves one owned key, whichever step of the first use crashed", async () => {
    for (let step = 1; step <= 12; step++)
      for (const isDone of [false, true]) {
        const setting = build();
        const { world } = setting;
        await survive(sealOne(world.start(dying(step, isDone)).sealer, "ada", "first"));
        await expectTidy(setting);
        const sealed = await sealOne(world.start().sealer, "ada", "second");
        expect(await openOne(world.start().opener, sealed)).toBe("second");
        await expectTidy(setting);
        expect(setting.keys.made.size).toBe(1);
      }
  });

  it("leaves one owned key when another use took over from the one that crashed", async () => {
    for (let step = 1; step <= 12; step++)
      for (const isDone of [false, true]) {
        const setting = build();
        const { world } = setting;
        await survive(sealOne(world.start(dying(step, isDone)).sealer, "ada", "first"));
        world.advance(2 * 60_000);
        const sealed = await sealOne(world.start().sealer, "ada", "second");
        await expectTidy(setting);
        expect(await openOne(world.start().opener, sealed)).toBe("second");
      }
  });

  it("completes an erasure, whichever step of it crashed", async () => {
    for (let step = 1; step <= 14; step++)
      for (const isDone of [false, true]) {
        const setting = build();
        const { world, keys } = setting;
        const sealed = await sealOne(world.start().sealer, "ada", "Ada");
        await sealOne(world.start().sealer, "ada", "Ada again");
        await survive(world.start(dying(step, isDone)).erase("ada"));
        if (setting.rows.subjects.get("ada")?.state !== "erased") continue;
        await expectTidy(setting);
        expect([...keys.made.values()].map(({ state }) => state)).toEqual(["doomed"]);
        expect(await openOne(world.start().opener, sealed)).toBe("erased");
      }
  });

  it("is itself safe to crash at any step", async () => {
    for (let step = 1; step <= 24; step++)
      for (const isDone of [false, true]) {
        const setting = build();
        const { world, rows, keys } = setting;
        // One claim with two keys, one superseded claim, one claim without a key, and one begun
        // erasure.
        const claims = ["ada", "bob", "cem"].map((user, index) => ({
          user,
          claim: `2028_${index}`,
        }));
        for (const { user, claim } of claims) await rows.claim(user, claim, undefined);
        await keys.create("2028_0");
        await keys.create("2028_0");
        await keys.create("2028_1");
        await rows.claim("bob", "2028_3", "2028_1");
        await sealOne(world.start().sealer, "dan", "Dan");
        await rows.bury("dan", "2030-01-01T00:00:00.000Z");
        later(world);
        await survive(world.start(dying(step, isDone)).sweep());
        await expectTidy(setting);
        const sealed = await sealOne(world.start().sealer, "ada", "Ada");
        expect(await openOne(world.start().opener, sealed)).toBe("Ada");
      }
  });

  it("leaves one owned key for each user after crashes of many processes", async () => {
    const seed = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31));
    process.stdout.write(`Seed of the crashes: ${seed}\n`);
    const random = createDice(seed);
    const users = ["ada", "bob", "cem"];
    for (let round = 0; round < 150; round++) {
      const setting = build();
      const { world } = setting;
      for (let use = 0; use < 12; use++) {
        const user = users[Math.trunc(random() * users.length)] ?? "ada";
        const crashing = dying(1 + Math.trunc(random() * 14), random() < 0.5);
        const each = world.start(random() < 0.7 ? crashing : undefined);
        const kind = random();
        if (kind < 0.6) await survive(sealOne(each.sealer, user, use));
        else if (kind < 0.75) await survive(each.erase(user));
        else await survive(each.sweep());
        if (random() < 0.4) world.advance(random() * 20 * 60_000);
      }
      await expectTidy(setting);
    }
  });

  it("does not touch a claim that is young enough for its command to be alive", async () => {
    const { world, rows, keys } = build();
    await survive(sealOne(world.start(dying(3, true)).sealer, "ada", "first"));
    world.advance(sweepBounds.claimAgeMinMs - 60_000);
    const report = await world.start().sweep();
    expect(report).toMatchObject({ adopted: 0, released: 0, destroyed: 0 });
    expect(rows.subjects.get("ada")?.state).toBe("claimed");
    expect([...keys.made.values()].map(({ state }) => state)).toEqual(["enabled"]);
  });

  it("counts all keys, and says what it did", async () => {
    const { world, rows, keys } = build();
    await sealOne(world.start().sealer, "bob", "Bob");
    await rows.claim("ada", "2028_0", undefined);
    await keys.create("2028_0");
    await keys.create("2028_0");
    await rows.claim("cem", "2028_1", undefined);
    const report = await world.start().sweep();
    expect(report).toEqual({
      keys: 3,
      complete: true,
      adopted: 1,
      released: 1,
      destroyed: 1,
      erased: 0,
      failures: [],
    });
  });

  it("goes on with the others when one cannot be settled", async () => {
    const { world, rows } = build();
    await rows.claim("ada", "2028_0", undefined);
    await rows.claim("bob", "2028_1", undefined);
    const broken: Around = (name, call) => {
      if (name === "release" && rows.subjects.has("ada")) {
        rows.subjects.delete("ada");
        throw new Error("The store is down.");
      }
      return call();
    };
    const { failures, released } = await world.start(broken).sweep();
    expect(failures).toHaveLength(1);
    expect(released).toBe(1);
  });
});
