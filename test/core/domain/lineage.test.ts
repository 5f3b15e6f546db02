import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { lineage } from "../../../lib/core/domain/lineage.ts";
import { toStored } from "../../../lib/core/log/stored-value.ts";
import { personal } from "../../../lib/core/personal/personal.ts";

const first = lineage(z.strictObject({ dollars: z.number() }));
const second = first.next(z.strictObject({ cents: z.int() }), ({ dollars }) => ({
  cents: dollars * 100,
}));
const third = second.next(z.strictObject({ cents: z.int(), currency: z.string() }), (old) => ({
  ...old,
  currency: "USD",
}));

describe("a schema with a past", () => {
  test("counts its shapes from 1 and remembers them in order", () => {
    expect([first, second, third].map(({ schema }) => schema)).toEqual([1, 2, 3]);
    expect(third.past.map(({ schema }) => schema)).toEqual([1, 2]);
    expect(third.past.map(({ shape }) => shape)).toEqual([first.now, second.now]);
  });

  test("lifts data of every published schema to today's shape, step by step", () => {
    const today = { cents: 250, currency: "USD" };
    expect(third.read(1, { dollars: 2.5 })).toEqual(today);
    expect(third.read(2, { cents: 250 })).toEqual(today);
    expect(third.read(3, { cents: 250, currency: "EUR" })).toEqual({ cents: 250, currency: "EUR" });
  });

  test("leaves the older reader as it was", () => {
    expect(second.read(1, { dollars: 1 })).toEqual({ cents: 100 });
  });

  test.each([0, 4, 1.5, -1, Number.NaN])("does not know schema %d", (schema) => {
    expect(() => third.read(schema, { cents: 1 })).toThrow(
      `Schema ${schema} is unknown here: this code reads 1 to 3.`,
    );
  });

  test("refuses data that does not fit the schema that it claims", () => {
    expect(() => third.read(1, { cents: 1 })).toThrow(z.core.$ZodError);
    expect(() => third.read(3, { cents: 1 })).toThrow(z.core.$ZodError);
    expect(() => third.read(3, { cents: 1, currency: "USD", more: 1 })).toThrow(z.core.$ZodError);
  });

  test("refuses what a step makes of data when it does not fit the next shape", () => {
    expect(() => third.read(1, { dollars: 0.001 })).toThrow(z.core.$ZodError);
  });

  test("takes a personal value along as it is sealed", () => {
    const named = z.nullable(z.strictObject({ name: personal(z.string()) }));
    const titled = z.nullable(z.strictObject({ name: personal(z.string()), title: z.string() }));
    const person = lineage(named).next(titled, (old) => old && { ...old, title: "" });
    const name = new Uint8Array([1, 2, 3]);
    expect(toStored(person.read(1, { name }))).toEqual({ name, title: "" });
    expect(person.read(1, null)).toBeNull();
  });
});
