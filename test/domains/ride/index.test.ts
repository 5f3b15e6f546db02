import { beforeEach, describe, expect, test } from "vitest";
import { mayCommand, mayRead } from "../../../lib/core/domain/access.ts";
import { subjectOf } from "../../../lib/core/domain/domain.ts";
import { load } from "../../../lib/core/log/load.ts";
import { showDocument } from "../../../lib/core/view/document-view.ts";
import rides from "../../../lib/domains/ride/index.ts";
import { Command } from "../../../lib/domains/ride/ride.ts";
import { createCommandProcess, refusalOf } from "../../command-process.ts";

const callerNamed = (sub: string) => ({ sub, admin: false, auditor: false });
const admin = { by: "root", admin: true };
const booking = Command.parse("Book", { pickup: "Home", destination: "Work" });
const fare = { fare: 1250, currency: "USD" };

let process: ReturnType<typeof createCommandProcess>;
const stateOf = async (id: string) =>
  (await load(rides, process.store, `ride-${id}`, { consistent: true })).state;

beforeEach(async () => {
  process = createCommandProcess({ domain: rides });
  await process.send("r", booking, { by: "rita" });
});

const assign = () => process.send("r", Command.Assign({ driver: "dan" }), admin);

describe("who may what with a ride", () => {
  const may = async (type: string, sub: string): Promise<boolean> =>
    mayCommand(rides.allow[type] ?? [], callerNamed(sub), subjectOf(rides, await stateOf("r")));

  test.each([
    ["Book", true, false, false],
    ["Assign", false, false, false],
    ["Start", false, true, false],
    ["Complete", false, true, false],
    ["Cancel", true, true, false],
  ])("%s: rider %s, driver %s, stranger %s", async (type, rider, driver, stranger) => {
    await assign();
    expect([await may(type, "rita"), await may(type, "dan"), await may(type, "eve")]).toEqual([
      rider,
      driver,
      stranger,
    ]);
  });

  test("nobody drives before a driver is assigned", async () => {
    expect([await may("Start", "dan"), await may("Cancel", "dan")]).toEqual([false, false]);
  });

  test("reading: the rider and the driver, and no stranger", async () => {
    const reads = async (sub: string) =>
      mayRead(rides.readers, callerNamed(sub), subjectOf(rides, await stateOf("r")));
    expect([await reads("rita"), await reads("dan"), await reads("eve")]).toEqual([
      true,
      false,
      false,
    ]);
    await assign();
    expect([await reads("rita"), await reads("dan"), await reads("eve")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("assigning is for admins", async () => {
    const asked = process.send("r", Command.Assign({ driver: "dan" }), { by: "rita" });
    expect(await refusalOf(asked)).toMatchObject({ kind: "forbidden" });
    await assign();
    expect(await stateOf("r")).toMatchObject({ driver: "dan" });
  });

  test("booking what somebody else has booked is forbidden", async () => {
    expect(await refusalOf(process.send("r", booking, { by: "eve" }))).toMatchObject({
      kind: "forbidden",
    });
  });

  test.each(["Start", "Cancel"] as const)(
    "%s of a ride that nobody has booked is decided by the domain",
    async (type) => {
      expect(await refusalOf(process.send("none", Command[type]({}), { by: "eve" }))).toMatchObject(
        { kind: "rejected", facts: { code: "ride-not-requested" } },
      );
    },
  );
});

describe("whom a ride concerns", () => {
  test("its rider from the beginning, its driver from the assignment on", async () => {
    await assign();
    expect(process.store.commits("ride-r").map(({ owner, people }) => ({ owner, people }))).toEqual(
      [
        { owner: "rita", people: ["rita"] },
        { owner: "rita", people: ["dan", "rita"] },
      ],
    );
  });

  test("a driver's list holds the rides that they were assigned, by the time of booking", async () => {
    expect(rides.index?.(await stateOf("r")).driver).toBeUndefined();
    await assign();
    expect(rides.index?.(await stateOf("r")).driver).toEqual({
      partition: "dan",
      sort: new Date(process.clock.now()).toISOString(),
    });
    expect(rides.index?.(null).driver).toBeUndefined();
  });
});

describe("the document of a ride", () => {
  test("shows what the contract names", async () => {
    await assign();
    await process.send("r", Command.Start({}), { by: "dan" });
    await process.send("r", Command.Complete(fare), { by: "dan" });
    const loaded = await load(rides, process.store, "ride-r", { consistent: true });
    expect(showDocument(rides, "r", loaded)).toEqual({
      id: "r",
      version: 4,
      status: "completed",
      rider: "rita",
      driver: "dan",
      pickup: expect.anything(),
      destination: expect.anything(),
      ...fare,
      bookedAt: expect.any(String),
    });
  });
});
