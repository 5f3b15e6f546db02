import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { SaveOptions, SegmentProgress } from "../../lib/core/log/segments.ts";
import type { Rebuilds } from "../../lib/core/upkeep/rebuild.ts";
import type { Parking, ViewCatalogue } from "../../lib/core/view/view-control.ts";
import { recordIn } from "./view-control.ts";

/** The records of views, and of their rebuilds. */
export interface RebuildsUnderTest {
  readonly catalogue: ViewCatalogue;
  readonly parking: Parking;
  readonly rebuilds: Rebuilds;
}

/** What every record of rebuilds promises. `make` gives one, fresh or not. */
export const describeRebuilds = (name: string, make: () => RebuildsUnderTest): void => {
  describe(name, () => {
    let ports: RebuildsUnderTest;
    let rebuilds: Rebuilds;
    let view: string;
    const at = "2026-11-01T12:00:00.000Z";
    const later = "2026-11-01T12:15:00.000Z";
    const begin = (startedAt = at, insteadOf?: number) =>
      rebuilds.begin(view, 2, { segments: 8, startedAt }, insteadOf);
    const record = () => recordIn(ports.catalogue, view);
    const live = { generation: 1, definition: 1 };
    const next = { generation: 2, definition: 2 };

    beforeEach(async () => {
      ports = make();
      ({ rebuilds } = ports);
      view = `view-${randomUUID()}`;
      await ports.catalogue.create(view, 1);
    });

    describe("a rebuild", () => {
      test("is none before the first", async () => {
        expect(await rebuilds.find(view)).toBeUndefined();
      });

      test("begins a build of its own number, while the one before goes on", async () => {
        expect(await begin()).toEqual(next);
        expect(await record()).toMatchObject({ live, building: next });
        const found = { view, generation: 2, segments: 8, startedAt: at };
        expect(await rebuilds.find(view)).toEqual(found);
      });

      test("does not begin while another one is under way", async () => {
        await begin();
        expect(await begin(later)).toBeUndefined();
        expect(await begin(later, 1)).toBeUndefined();
        expect(await rebuilds.find(view)).toMatchObject({ generation: 2, startedAt: at });
      });

      test("begins once when many begin it at the same time", async () => {
        const times = [1, 2, 3, 4].map((second) => `2026-11-01T12:00:0${second}.000Z`);
        const begun = await Promise.all(times.map((time) => begin(time)));
        expect(begun.filter((build) => build !== undefined)).toEqual([next]);
        expect(await record()).toMatchObject({ building: next });
      });

      test("takes the place of one that is given up, whose rows are left to be swept", async () => {
        await begin();
        const third = { generation: 3, definition: 2 };
        expect(await begin(later, 2)).toEqual(third);
        const retired = [{ ...next, until: later }];
        expect(await record()).toMatchObject({ live, building: third, retired });
        expect(await rebuilds.find(view)).toMatchObject({ generation: 3, startedAt: later });
      });

      test("needs a view that is recorded", async () => {
        const begun = rebuilds.begin(`${view}-unknown`, 1, { segments: 8, startedAt: at });
        await expect(begun).rejects.toThrow("has no record");
      });
    });

    describe("the switch to a build", () => {
      const pair = () => ({ view, generation: 2, stream: "jar-1" });
      const note = { reason: "no", queued: true, dead: false };
      beforeEach(() => begin());

      test("lets it serve, and keeps the one before for a while", async () => {
        expect(await rebuilds.switchTo(view, 2, at, later)).toBe(true);
        const retired = [{ ...live, until: later }];
        const expected = { view, live: next, retired, parked: {}, unbuilt: false };
        expect(await record()).toEqual(expected);
        expect(await rebuilds.find(view)).toMatchObject({ generation: 2, finishedAt: at });
      });

      test("waits until none of its streams is parked", async () => {
        await ports.parking.park(pair(), note);
        await ports.parking.park({ ...pair(), generation: 1 }, note);
        expect(await rebuilds.switchTo(view, 2, at, later)).toBe(false);
        expect(await record()).toMatchObject({ live, building: next, retired: [] });
        await ports.parking.unpark(pair());
        expect(await rebuilds.switchTo(view, 2, at, later)).toBe(true);
      });

      test("is not made to another build than the one that is being filled", async () => {
        for (const generation of [1, 3])
          expect(await rebuilds.switchTo(view, generation, at, later)).toBe(false);
        expect(await record()).toMatchObject({ live, building: next });
      });

      test("is made once", async () => {
        const times = ["2026-11-01T12:00:01.000Z", "2026-11-01T12:00:02.000Z"];
        const made = await Promise.all(times.map((t) => rebuilds.switchTo(view, 2, t, later)));
        expect(made.filter(Boolean)).toHaveLength(1);
        expect(await rebuilds.switchTo(view, 2, later, later)).toBe(false);
        expect(await record()).toMatchObject({ live: next, retired: [live] });
      });

      test("lets the next rebuild begin under a new number", async () => {
        await rebuilds.switchTo(view, 2, at, later);
        expect(await begin(later)).toEqual({ generation: 3, definition: 2 });
        expect((await rebuilds.find(view))?.finishedAt).toBeUndefined();
      });

      test("leaves a build that can be forgotten, with everything that was noted of it", async () => {
        const progress = { segment: 0, done: true, streams: 1, events: 1 };
        await rebuilds.save(view, 1, progress, { at, from: undefined });
        for (const stream of ["jar-1", "jar-2"])
          await ports.parking.park({ view, generation: 1, stream }, { ...note, dead: true });
        await rebuilds.switchTo(view, 2, at, later);
        await ports.catalogue.forget(view, 1);
        expect(await record()).toMatchObject({ live: next, retired: [], parked: {} });
        expect(await ports.parking.list(view, 1)).toEqual({ pairs: [] });
        expect(await rebuilds.progress(view, 1)).toEqual([]);
        await ports.parking.unpark({ view, generation: 1, stream: "jar-1" });
        expect((await record())?.parked).toEqual({});
      });
    });

    describe("the progress of a segment", () => {
      const seen = (version: number) => ({ stream: "jar-1", version });
      const begun: SegmentProgress = {
        segment: 3,
        done: false,
        after: seen(7),
        streams: 4,
        events: 20,
      };
      const grown: SegmentProgress = { ...begun, after: seen(9), events: 30 };
      const done: SegmentProgress = { segment: 3, done: true, streams: 5, events: 40 };
      const save = (progress: SegmentProgress, from: SaveOptions["from"], savedAt = at) =>
        rebuilds.save(view, 2, progress, { at: savedAt, from });
      const saved = async () => (await rebuilds.progress(view, 2)).map((each) => ({ ...each }));

      test("is none before the first page", async () => {
        expect(await rebuilds.progress(view, 2)).toEqual([]);
      });

      test("is what was saved last, and when", async () => {
        expect(await save(begun, undefined)).toBe(true);
        expect(await saved()).toMatchObject([{ ...begun, savedAt: at }]);
        expect(await save(grown, seen(7), later)).toBe(true);
        expect(await saved()).toMatchObject([{ ...grown, savedAt: later }]);
        expect(await save(done, seen(9), later)).toBe(true);
        const [last] = await saved();
        expect(last).toMatchObject(done);
        expect(last?.after).toBeUndefined();
      });

      test("belongs to whoever has moved it on", async () => {
        await save(begun, undefined);
        await save(grown, seen(7));
        expect(await save({ ...begun, events: 21 }, undefined, later)).toBe(false);
        expect(await save({ ...grown, events: 31 }, seen(7), later)).toBe(false);
        expect(await saved()).toMatchObject([grown]);
      });

      test("is not opened again once it is done", async () => {
        await save(done, undefined);
        expect(await save(begun, undefined, later)).toBe(false);
        expect(await save(grown, seen(7), later)).toBe(false);
        expect(await saved()).toMatchObject([done]);
      });

      test("is listed with that of all segments of the build, in their order", async () => {
        for (const segment of [10, 2, 0]) await save({ ...begun, segment }, undefined);
        await rebuilds.save(view, 3, done, { at, from: undefined });
        expect((await saved()).map(({ segment }) => segment)).toEqual([0, 2, 10]);
      });
    });
  });
};
