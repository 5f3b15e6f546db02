import { describe, expect, it } from "vitest";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { sealEvents } from "../../../lib/core/personal/sealing.ts";
import { counting, createKeyWorld, openOne } from "../../key-world.ts";
import { createMemoryKeys, createMemoryRows } from "../../memory-keys.ts";

const build = () => {
  const { around, calls } = counting();
  const world = createKeyWorld(createMemoryRows(), createMemoryKeys("per-user"));
  return { ...world.start(around), calls };
};

const valueAt = (data: unknown, field: string): Personal => {
  const value: unknown =
    typeof data === "object" &&
    data !== null &&
    Object.getOwnPropertyDescriptor(data, field)?.value;
  if (value instanceof Personal) return value;
  throw new Error(`${field} is not personal.`);
};

describe("sealing events", () => {
  it("calls neither key service nor table for events without personal values", async () => {
    const { sealer, calls } = build();
    const events = [{ type: "Deposited", data: { amount: 1, memo: ["x", { y: null }] } }];
    expect(await sealEvents(sealer, events, "ada")).toEqual({ events, subjects: [] });
    expect([...calls]).toEqual([]);
  });

  it("calls neither for values that are sealed already", async () => {
    const { sealer, calls } = build();
    const events = [{ type: "Copied", data: { name: Personal.sealed(Uint8Array.of(1)) } }];
    expect(await sealEvents(sealer, events, "ada")).toEqual({ events, subjects: [] });
    expect([...calls]).toEqual([]);
  });

  it("seals each value for its subject, and names the subjects", async () => {
    const { sealer, opener } = build();
    const events = [
      { type: "Opened", data: { name: Personal.clear("Ada"), n: 1 } },
      { type: "Assigned", data: { driver: "bob", plate: Personal.clear("B 1", "driver") } },
    ];
    const sealed = await sealEvents(sealer, events, "ada");
    expect(sealed.subjects).toEqual(["ada", "bob"]);
    const [opened, assigned] = sealed.events;
    expect(await openOne(opener, valueAt(opened?.data, "name").sealed)).toBe("Ada");
    expect(await openOne(opener, valueAt(assigned?.data, "plate").sealed)).toBe("B 1");
    expect(opened?.data).toMatchObject({ n: 1 });
  });

  it("leaves the events that it was given as they were", async () => {
    const { sealer } = build();
    const name = Personal.clear("Ada");
    const event = { type: "Opened", data: { owner: { name } } };
    await sealEvents(sealer, [event], "ada");
    expect(event.data.owner.name).toBe(name);
  });

  it("is a fault when a value belongs to nobody", async () => {
    const { sealer } = build();
    const events = [{ type: "Opened", data: { name: Personal.clear("Ada") } }];
    await expect(sealEvents(sealer, events, undefined)).rejects.toThrow(/names nobody/);
    const other = [{ type: "Assigned", data: { plate: Personal.clear("B 1", "driver") } }];
    await expect(sealEvents(sealer, other, "ada")).rejects.toThrow(/"driver"/);
  });
});
