import { describe, expect, test } from "vitest";
import { defaultSnapshotPolicy } from "../../../lib/core/log/snapshot.ts";
import { stateAt, versionAt } from "../../../lib/core/log/time-travel.ts";
import { jar } from "../../jar.ts";
import { jarHistory, noSnapshots, snapshotEvery } from "../../jar-history.ts";
import { createMemoryEventStore } from "../../memory-event-store.ts";

const counts = [2, 1, 3, 1, 1, 4, 1, 2, 1];
const head = 16;

describe.each([
  ["no snapshots", noSnapshots],
  ["inline snapshots", defaultSnapshotPolicy],
  ["a snapshot every 4 events", snapshotEvery(4)],
])("a stream as it was, with %s", (_, policy) => {
  const store = createMemoryEventStore();
  const { stream, commits } = jarHistory("1", counts, { policy });
  store.plant(stream, commits);

  test("at each of its versions, inside commits too", async () => {
    for (let version = 1; version <= head; version++) {
      const past = await stateAt(jar, store, stream, version);
      expect(past).toMatchObject({ stream, version });
      expect(past?.state).toEqual({ ownerId: "ann", coins: version, text: "" });
    }
  });

  test("before its first event and after its last there is none", async () => {
    for (const version of [-1, 0, head + 1, 999])
      expect(await stateAt(jar, store, stream, version)).toBeUndefined();
    expect(await stateAt(jar, store, "jar-2", 1)).toBeUndefined();
  });

  test("takes three queries at most, however old", async () => {
    for (let version = 1; version <= head; version++) {
      store.calls.length = 0;
      await stateAt(jar, store, stream, version);
      expect(store.calls.length).toBeLessThanOrEqual(3);
      expect(store.calls.every(({ consistent }) => consistent)).toBe(true);
    }
  });
});

const noonPlus = (minutes: number, ms = 0): string =>
  new Date(Date.parse("2026-11-01T12:00:00.000Z") + minutes * 60_000 + ms).toISOString();

describe("the version of a stream at a time", () => {
  const store = createMemoryEventStore();
  // Two commits have the same time, as several a millisecond may.
  const minutes = [0, 1, 1, 1, 5, 6, 6, 7, 90];
  const { stream, commits } = jarHistory("1", counts, { minutes });
  store.plant(stream, commits);
  const at = (time: string) => versionAt(store, stream, head, time);

  test("is 0 before its first commit", async () => {
    expect(await at(noonPlus(0, -1))).toBe(0);
    expect(await at("0001-01-01T00:00:00.000Z")).toBe(0);
  });

  test("counts a commit from the very millisecond of its time", async () => {
    expect(await at(noonPlus(0))).toBe(2);
    expect(await at(noonPlus(5, -1))).toBe(7);
    expect(await at(noonPlus(5))).toBe(8);
  });

  test("is the last of those that were committed at the same time", async () => {
    expect(await at(noonPlus(1))).toBe(7);
    expect(await at(noonPlus(6))).toBe(13);
  });

  test("stays between commits", async () => {
    expect(await at(noonPlus(1, 1))).toBe(7);
    expect(await at(noonPlus(50))).toBe(15);
  });

  test("is the head after the last commit", async () => {
    expect(await at(noonPlus(90))).toBe(head);
    expect(await at("9999-12-31T23:59:59.999Z")).toBe(head);
  });

  test("does not look beyond the head that is known", async () => {
    expect(await versionAt(store, stream, 8, noonPlus(90))).toBe(8);
    expect(await versionAt(store, stream, 10, noonPlus(90))).toBe(10);
    expect(await versionAt(store, stream, 0, noonPlus(90))).toBe(0);
  });

  test("is found in as many queries as halving takes", async () => {
    const many = jarHistory(
      "2",
      Array.from({ length: 1000 }, () => 1),
    );
    store.plant(many.stream, many.commits);
    for (const minute of [-1, 0, 1, 499, 500, 998, 999, 1000]) {
      store.calls.length = 0;
      const version = await versionAt(store, many.stream, 1000, noonPlus(minute));
      expect(version).toBe(Math.min(1000, minute + 1));
      expect(store.calls.length).toBeLessThanOrEqual(10);
    }
  });
});
