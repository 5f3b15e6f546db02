import { describe, expect, it } from "vitest";
import { openEach, openPersonal } from "../../../lib/core/personal/open-personal.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { sealValue } from "../../../lib/core/personal/sealed-value.ts";
import type { Opener } from "../../../lib/core/personal/sealing.ts";

const key = { id: Buffer.alloc(8), plaintext: Buffer.alloc(32) };

/** Sealed values, and an opener that knows them and the erased users. */
const build = (...erased: readonly string[]) => {
  const values = new Map<Uint8Array, { user: string; value: unknown }>();
  const seal = (user: string, value: unknown): Personal => {
    const bytes = sealValue(user, key, value);
    values.set(bytes, { user, value });
    return Personal.sealed(bytes);
  };
  let calls = 0;
  const opener: Opener = {
    open: async (sealed) => {
      calls += 1;
      return sealed.map((bytes) => {
        const { user = "", value } = values.get(bytes) ?? {};
        return erased.includes(user) ? "erased" : { value };
      });
    },
  };
  return { seal, opener, calls: () => calls };
};

describe("an answer", () => {
  it("has its personal values opened wherever they are, with one call", async () => {
    const { seal, opener, calls } = build();
    const name = seal("ada", "Ada");
    const answer = {
      name,
      again: name,
      items: [{ address: seal("bob", { zip: 1 }) }, 2, null],
      hash: Uint8Array.of(1),
    };
    expect(await openPersonal(opener, answer)).toEqual({
      value: {
        name: "Ada",
        again: "Ada",
        items: [{ address: { zip: 1 } }, 2, null],
        hash: Uint8Array.of(1),
      },
      erased: false,
    });
    expect(calls()).toBe(1);
  });

  it("has null in the place of an erased user's values, and says so", async () => {
    const { seal, opener } = build("ada");
    const answer = { a: seal("ada", "Ada"), b: seal("bob", "Bob") };
    expect(await openPersonal(opener, answer)).toEqual({
      value: { a: null, b: "Bob" },
      erased: true,
    });
  });

  it("shows one person's values only when asked for those only", async () => {
    const { seal, opener } = build();
    const answer = { a: seal("ada", "Ada"), b: seal("bob", "Bob") };
    expect(await openPersonal(opener, answer, "ada")).toEqual({
      value: { a: "Ada", b: "[personal]" },
      erased: false,
    });
    expect(await openPersonal(opener, { b: seal("bob", "Bob") }, "ada")).toEqual({
      value: { b: "[personal]" },
      erased: false,
    });
  });

  it("does not take an opened null for an erased value", async () => {
    const { seal, opener } = build();
    expect(await openPersonal(opener, { a: seal("ada", null) })).toEqual({
      value: { a: null },
      erased: false,
    });
  });

  it("asks nobody when nothing in it is personal", async () => {
    const { opener, calls } = build();
    const answer = { a: [1, { b: null }] };
    expect(await openPersonal(opener, answer)).toEqual({ value: answer, erased: false });
    expect(calls()).toBe(0);
  });

  it("is a fault when it holds a value that was never sealed", async () => {
    const { opener } = build();
    await expect(openPersonal(opener, { a: Personal.clear("Ada") })).rejects.toThrow(/sealed/);
  });

  it("is a fault when the opener leaves values out", async () => {
    const { seal } = build();
    const opener: Opener = { open: async () => [] };
    await expect(openPersonal(opener, seal("ada", "Ada"))).rejects.toThrow(/0 of 1/);
  });
});

describe("a page of answers", () => {
  it("is opened with one call, and tells of each whether something is gone", async () => {
    const { seal, opener, calls } = build("ada");
    const page = [{ name: seal("ada", "Ada") }, { name: seal("bob", "Bob") }, { name: 1 }];
    expect(await openEach(opener, page)).toEqual([
      { value: { name: null }, erased: true },
      { value: { name: "Bob" }, erased: false },
      { value: { name: 1 }, erased: false },
    ]);
    expect(calls()).toBe(1);
  });
});
