import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type {
  ParkedPair,
  Parking,
  ViewCatalogue,
  ViewPair,
  ViewRecord,
} from "../../lib/core/view/view-control.ts";

/** The records of views, and what is parked. */
export interface ViewControlUnderTest {
  readonly catalogue: ViewCatalogue;
  readonly parking: Parking;
}

/** The record of one view. */
export const recordIn = async (
  catalogue: ViewCatalogue,
  view: string,
): Promise<ViewRecord | undefined> =>
  (await catalogue.list()).find((record) => record.view === view);

/** What every catalogue of views and every list of parked pairs promises. `make` gives one, fresh or not. */
export const describeViewControl = (name: string, make: () => ViewControlUnderTest): void => {
  describe(name, () => {
    let catalogue: ViewCatalogue;
    let parking: Parking;
    let view: string;
    const record = () => recordIn(catalogue, view);
    const pairOf = (stream: string, generation = 1): ViewPair => ({ view, generation, stream });
    const note = { reason: "Error: no", queued: false, dead: false };
    const parkedOf = async (...streams: readonly string[]): Promise<readonly ParkedPair[]> =>
      [...(await parking.among(view, 1, streams))].sort((left, right) =>
        left.stream < right.stream ? -1 : 1,
      );

    beforeEach(() => {
      ({ catalogue, parking } = make());
      view = `view-${randomUUID()}`;
    });

    describe("the record of a view", () => {
      test("is made once, and stays as it is from then on", async () => {
        expect(await record()).toBeUndefined();
        await Promise.all([1, 2, 3].map(() => catalogue.create(view, 7)));
        await catalogue.create(view, 8, { unbuilt: false });
        const live = { generation: 1, definition: 7 };
        expect(await record()).toEqual({ view, live, retired: [], parked: {}, unbuilt: true });
      });

      test("may say that nothing was committed before", async () => {
        await catalogue.create(view, 7, { unbuilt: false });
        expect(await record()).toMatchObject({ unbuilt: false });
      });

      test("is listed with those of all other views", async () => {
        const names = [view, `view-${randomUUID()}`, `view-${randomUUID()}`];
        for (const each of names) await catalogue.create(each, 1);
        const listed = (await catalogue.list()).map((each) => each.view);
        expect(listed).toEqual(expect.arrayContaining(names));
      });

      test("is as it was when a build is to be forgotten that is not retired", async () => {
        await catalogue.create(view, 7);
        await parking.park(pairOf("jar-1"), note);
        const before = await record();
        await catalogue.forget(view, 1);
        await catalogue.forget(view, 9);
        await catalogue.forget(`${view}-unknown`, 1);
        expect(await record()).toEqual(before);
        expect(await parkedOf("jar-1")).toHaveLength(1);
      });
    });

    describe("a stream that is parked", () => {
      beforeEach(() => catalogue.create(view, 1));

      test("is found with its reason and since when, and is counted", async () => {
        await parking.park(pairOf("jar-1"), note);
        const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        expect(await parkedOf("jar-1", "jar-2")).toEqual([{ ...pairOf("jar-1"), ...note, since }]);
        expect(await record()).toMatchObject({ parked: { 1: 1 } });
      });

      test("is counted once, whatever is noted of it later", async () => {
        await parking.park(pairOf("jar-1"), note);
        const [before] = await parkedOf("jar-1");
        const later = { reason: "Error: still no", queued: true, dead: true };
        await parking.park(pairOf("jar-1"), later);
        expect(await parkedOf("jar-1")).toEqual([{ ...before, ...later }]);
        expect(await record()).toMatchObject({ parked: { 1: 1 } });
      });

      test("can be noted of, and no more than that once its parking is over", async () => {
        await parking.park(pairOf("jar-1"), note);
        const later = { reason: "Error: still no", queued: true, dead: false };
        await parking.note(pairOf("jar-1"), later);
        expect(await parkedOf("jar-1")).toMatchObject([later]);
        await parking.unpark(pairOf("jar-1"));
        await parking.note(pairOf("jar-1"), note);
        expect(await parkedOf("jar-1")).toEqual([]);
      });

      test("is counted once when many park it at the same time", async () => {
        await Promise.all(Array.from({ length: 6 }, () => parking.park(pairOf("jar-1"), note)));
        expect(await record()).toMatchObject({ parked: { 1: 1 } });
      });

      test("is counted with all others of its build", async () => {
        const streams = Array.from({ length: 6 }, (_, at) => `jar-${at}`);
        await Promise.all(streams.map((stream) => parking.park(pairOf(stream), note)));
        await parking.park(pairOf("jar-1", 2), note);
        expect(await record()).toMatchObject({ parked: { 1: 6, 2: 1 } });
        expect(await parkedOf(...streams, "jar-9")).toHaveLength(6);
      });

      test("is free again once, however often it is told so", async () => {
        for (const stream of ["jar-1", "jar-2"]) await parking.park(pairOf(stream), note);
        await Promise.all([1, 2, 3].map(() => parking.unpark(pairOf("jar-1"))));
        await parking.unpark(pairOf("jar-9"));
        expect((await parkedOf("jar-1", "jar-2")).map(({ stream }) => stream)).toEqual(["jar-2"]);
        expect(await record()).toMatchObject({ parked: { 1: 1 } });
        await parking.unpark(pairOf("jar-2"));
        expect((await record())?.parked).toEqual({});
      });

      test("can be parked again", async () => {
        await parking.park(pairOf("jar-1"), { ...note, dead: true });
        await parking.unpark(pairOf("jar-1"));
        await parking.park(pairOf("jar-1"), note);
        expect(await parkedOf("jar-1")).toMatchObject([note]);
        expect(await record()).toMatchObject({ parked: { 1: 1 } });
      });

      test("is not parked in another build or another view", async () => {
        await parking.park(pairOf("jar-1"), note);
        expect(await parking.among(view, 2, ["jar-1"])).toEqual([]);
        expect(await parking.among(`${view}#1`, 1, ["jar-1"])).toEqual([]);
        expect(await parking.list(view, 11)).toEqual({ pairs: [] });
      });

      test("needs a view that is recorded", async () => {
        const stranger = { ...pairOf("jar-1"), view: `${view}-unknown` };
        await expect(parking.park(stranger, note)).rejects.toThrow("has no record");
        expect(await recordIn(catalogue, stranger.view)).toBeUndefined();
      });

      test("is listed with all others, page by page", async () => {
        const streams = Array.from({ length: 130 }, (_, at) => `jar-${1000 + at}`);
        for (const stream of streams) await parking.park(pairOf(stream), note);
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await parking.list(view, 1, after);
          seen.push(...page.pairs.map(({ stream }) => stream));
          after = page.next;
        } while (after !== undefined && seen.length < 1000);
        expect(seen).toEqual(streams);
        expect(await parkedOf(...streams, ...streams)).toHaveLength(130);
      });
    });
  });
};
