import { expect, test } from "vitest";
import { createMeter } from "../../lib/core/meter.ts";

test("a meter adds up what a request used, each kind for itself", () => {
  const meter = createMeter();
  expect(meter.used).toEqual({ roundTrips: 0, readUnits: 0, writeUnits: 0 });
  meter.add({ roundTrips: 1, readUnits: 0.5 });
  meter.add({ roundTrips: 1, writeUnits: 2 });
  expect(meter.used).toEqual({ roundTrips: 2, readUnits: 0.5, writeUnits: 2 });
});
