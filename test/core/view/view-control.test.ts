import { describe, expect, test } from "vitest";
import {
  fedBuilds,
  isRetired,
  parkedCount,
  readableGenerations,
  type ViewRecord,
} from "../../../lib/core/view/view-control.ts";

const until = "2026-11-01T12:15:00.000Z";
const record: ViewRecord = {
  view: "diary",
  live: { generation: 3, definition: 2 },
  building: { generation: 4, definition: 2 },
  retired: [
    { generation: 1, definition: 1, until: "2026-11-01T11:00:00.000Z" },
    { generation: 2, definition: 1, until },
  ],
  parked: { 3: 2 },
  unbuilt: false,
};

describe("the builds of a view", () => {
  test("are fed, the one that is being filled before the one that serves", () => {
    const at = Date.parse(until) - 1;
    expect(fedBuilds(record, at).map(({ generation }) => generation)).toEqual([4, 3, 2]);
  });

  test("are not fed any more once their rows may be swept", () => {
    const at = Date.parse(until);
    expect(fedBuilds(record, at).map(({ generation }) => generation)).toEqual([4, 3]);
  });

  test("are one when nothing is being filled and nothing has served before", () => {
    const { building: _, ...others } = record;
    expect(fedBuilds({ ...others, retired: [] }, 0)).toEqual([record.live]);
  });

  test("may be read while they serve, and for a while after that", () => {
    const at = Date.parse(until);
    expect(readableGenerations(record, at - 1)).toEqual([3, 2]);
    expect(readableGenerations(record, at)).toEqual([3]);
  });

  test("are retired or not", () => {
    expect([1, 2, 3, 4].map((generation) => isRetired(record, generation))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("have as many parked streams as their record counts", () => {
    expect([3, 4].map((generation) => parkedCount(record, generation))).toEqual([2, 0]);
  });
});
