import { describe, expect, it } from "vitest";
import { Refusal } from "../../lib/core/errors.ts";
import { counting, type KeyWorld, openOne, sealOne } from "../key-world.ts";

/** A world for one test, and what its key service holds. */
export interface ContractWorld {
  readonly world: KeyWorld;
  /** Keys that may be used. */
  enabledKeys(): Promise<readonly string[]>;
}

const minute = 60_000;

const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refusal) return error.kind;
    throw error;
  }
  return "done";
};

/** What sealing, opening and erasing promise over any table and any key service. */
export const keyContract = (
  title: string,
  mode: "per-user" | "shared",
  build: () => Promise<ContractWorld>,
): void => {
  // In shared mode the one key is there from the start, and stays.
  const own = mode === "per-user" ? 1 : 0;
  const shared = 1 - own;

  describe(`${title}, ${mode}`, () => {
    it("opens in any process what one process has sealed", async () => {
      const { world } = await build();
      const value = { name: "Ada", émail: "ada@example.org", list: [1, null, "🗝"] };
      const sealed = await sealOne(world.start().sealer, "ada", value);
      expect(await openOne(world.start().opener, sealed)).toEqual(value);
    });

    it("makes a user's key once, whatever is sealed later and by whom", async () => {
      const { world, enabledKeys } = await build();
      for (const process of [world.start(), world.start()])
        for (const value of ["a", "b"]) await sealOne(process.sealer, "ada", value);
      expect(await enabledKeys()).toHaveLength(own + shared);
      await sealOne(world.start().sealer, "bob", "c");
      expect(await enabledKeys()).toHaveLength(2 * own + shared);
    });

    it("makes one key out of many first uses at once", async () => {
      const { world, enabledKeys } = await build();
      const uses = Array.from({ length: 24 }, (_, index) => index);
      const sealed = await Promise.all(
        uses.map((use) => sealOne(world.start().sealer, "ada", { use })),
      );
      expect(await enabledKeys()).toHaveLength(1);
      const reader = world.start();
      for (const use of uses) expect(await openOne(reader.opener, sealed[use])).toEqual({ use });
      world.advance(16 * minute);
      expect(await world.rows.openClaims(new Date(world.clock.now()).toISOString(), 10)).toEqual(
        [],
      );
    });

    it("reads the user's record once and asks no key service while a data key is warm", async () => {
      const { world } = await build();
      const { around, calls } = counting();
      const { sealer } = world.start(around);
      await sealOne(sealer, "ada", "first");
      calls.clear();
      await sealer.seal("ada", ["second", "third"]);
      expect([...calls]).toEqual([["find", 1]]);
      world.advance(minute + 1);
      calls.clear();
      await sealOne(sealer, "ada", "fourth");
      expect(calls.get("generate")).toBe(1);
      expect(calls.get("create")).toBeUndefined();
    });

    it("unwraps each data key once for a whole answer, and not again within a minute", async () => {
      const { world } = await build();
      const { sealer } = world.start();
      const sealed = [
        ...(await sealer.seal("ada", ["a", "b"])),
        ...(await sealer.seal("bob", ["c"])),
        ...(await sealer.seal("ada", ["d"])),
      ];
      const { around, calls } = counting();
      const { opener } = world.start(around);
      const opened = await opener.open(sealed);
      expect(opened).toEqual(["a", "b", "c", "d"].map((value) => ({ value })));
      expect(Object.fromEntries(calls)).toEqual({ lookUp: 1, unwrap: 2 });
      await opener.open(sealed);
      expect(calls.get("unwrap")).toBe(2);
      expect(calls.get("lookUp")).toBe(1);
      world.advance(minute + 1);
      await opener.open(sealed);
      expect(calls.get("unwrap")).toBe(4);
    });

    it("shows an erased user's values to nobody a minute later, and everybody else's as before", async () => {
      const { world, enabledKeys } = await build();
      const { sealer } = world.start();
      const ada = await sealOne(sealer, "ada", "Ada");
      const bob = await sealOne(sealer, "bob", "Bob");
      const reader = world.start();
      await openOne(reader.opener, ada);
      const before = (await enabledKeys()).length;
      await world.start().erase("ada");
      expect(await enabledKeys()).toHaveLength(before - own);
      expect(await openOne(world.start().opener, ada)).toBe("erased");
      world.advance(minute + 1);
      expect(await openOne(reader.opener, ada)).toBe("erased");
      expect(await openOne(reader.opener, bob)).toBe("Bob");
    });

    it("refuses new personal data of an erased user as gone, also where a data key is warm", async () => {
      const { world } = await build();
      const warm = world.start();
      await sealOne(warm.sealer, "ada", "Ada");
      await world.start().erase("ada");
      expect(await refusalOf(sealOne(warm.sealer, "ada", "again"))).toBe("gone");
      expect(await refusalOf(sealOne(world.start().sealer, "ada", "again"))).toBe("gone");
      expect(await refusalOf(sealOne(warm.sealer, "bob", "Bob"))).toBe("done");
    });

    it("shows nothing once the tombstone stands, even if nothing else was done yet", async () => {
      const { world } = await build();
      const ada = await sealOne(world.start().sealer, "ada", "Ada");
      await world.rows.bury("ada", new Date(world.clock.now()).toISOString());
      expect(await openOne(world.start().opener, ada)).toBe("erased");
    });

    it("never lets a claim or a data key through once the tombstone stands", async () => {
      const { world } = await build();
      const erasedAt = new Date(world.clock.now()).toISOString();
      await sealOne(world.start().sealer, "ada", "Ada");
      await world.rows.claim("bob", "2028_b", undefined);
      const ada = await world.rows.find("ada");
      if (ada?.state !== "ready") throw new Error("Ada has no key.");
      for (const user of ["ada", "bob", "cem"]) await world.rows.bury(user, erasedAt);
      const key = { keyId: ada.keyId, wrapped: Buffer.alloc(8), madeAt: erasedAt };
      expect(await world.rows.add("ada", Buffer.alloc(8), key)).toBe(false);
      expect(await world.rows.record("bob", "2028_b", { keyId: "k", own: true })).toBe(false);
      expect(await world.rows.claim("bob", "2028_c", "2028_b")).toBe(false);
      expect(await world.rows.claim("cem", "2028_d", undefined)).toBe(false);
      expect(await world.rows.bury("ada", "9999")).toBe(false);
      await world.rows.release("bob", "2028_b");
      for (const user of ["ada", "bob", "cem"])
        expect(await world.rows.find(user)).toMatchObject({ state: "erased", erasedAt });
    });

    it("lists claims and erasures that are open, oldest claims first, and no others", async () => {
      const { world } = await build();
      for (const [user, claim] of [
        ["work", "2028-02_b"],
        ["ada", "2028-01_a"],
        ["bob", "2028-03_c"],
      ] as const)
        await world.rows.claim(user, claim, undefined);
      expect(await world.rows.openClaims("2028-03", 10)).toEqual([
        { user: "ada", claim: "2028-01_a" },
        { user: "work", claim: "2028-02_b" },
      ]);
      expect(await world.rows.openClaims("2028-03", 1)).toHaveLength(1);
      await world.rows.closeClaim("2028-01_a");
      expect(await world.rows.openClaims("2028-03", 1)).toEqual([
        { user: "work", claim: "2028-02_b" },
      ]);
      await world.rows.bury("work", "2028-04");
      await world.rows.bury("bob", "2028-04");
      expect([...(await world.rows.openErasures(10))].sort()).toEqual(["bob", "work"]);
      await world.rows.finish("work", "2028-05");
      expect(await world.rows.openErasures(10)).toEqual(["bob"]);
    });

    it("erases a user of whom nothing was ever sealed", async () => {
      const { world } = await build();
      await world.start().erase("nobody");
      expect(await refusalOf(sealOne(world.start().sealer, "nobody", "x"))).toBe("gone");
    });

    it("is safe to repeat an erasure: it answers the same", async () => {
      const { world } = await build();
      await sealOne(world.start().sealer, "ada", "Ada");
      const first = await world.start().erase("ada");
      world.advance(5 * minute);
      expect(await world.start().erase("ada")).toEqual(first);
      expect(await world.rows.openErasures(10)).toEqual([]);
    });

    it("erases once when many ask at once", async () => {
      const { world, enabledKeys } = await build();
      await sealOne(world.start().sealer, "ada", "Ada");
      const erasures = await Promise.all(
        Array.from({ length: 5 }, () => world.start().erase("ada")),
      );
      expect(new Set(erasures.map(({ erasedAt }) => erasedAt)).size).toBe(1);
      expect(await enabledKeys()).toHaveLength(shared);
    });

    it("removes every wrapped data key of an erased user, however many", async () => {
      const { world } = await build();
      const name = { user: "ada", id: Buffer.alloc(8, 0) };
      for (let each = 0; each < 30; each++) await sealOne(world.start().sealer, "ada", each);
      const sealed = await sealOne(world.start().sealer, "ada", "last");
      await world.start().erase("ada");
      expect(await world.rows.removeDataKeys("ada")).toBe(0);
      const [found] = await world.rows.lookUp([name]);
      expect(found?.subject?.state).toBe("erased");
      expect(await openOne(world.start().opener, sealed)).toBe("erased");
    });

    it("does not unwrap a data key for another user than the one that it was made for", async () => {
      const { world } = await build();
      await sealOne(world.start().sealer, "ada", "Ada");
      const row = await world.rows.find("ada");
      if (row?.state !== "ready") throw new Error("Ada has no key.");
      const { wrapped } = await world.keys.generate(row.keyId, "ada");
      await expect(world.keys.unwrap(row.keyId, "bob", wrapped)).rejects.toThrow();
      await expect(world.keys.unwrap(row.keyId, "ada", wrapped)).resolves.toHaveLength(32);
    });
  });
};
