import { expect, test } from "vitest";
import {
  eventsKept,
  type KnownHistory,
  nothingKnown,
  type ReadPage,
  readOn,
} from "../../lib/client/known-history.ts";
import { Problem } from "../../lib/client/problem.ts";
import type { HistoryItem } from "../../lib/core/log/history.ts";
import { jar } from "../jar.ts";

const put = (version: number): HistoryItem => ({
  version,
  type: "CoinsPut",
  data: { coins: version },
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
});

/** A server with a history that may grow, three events a page. */
const serverWith = (count: number) => {
  const events = Array.from({ length: count }, (_, index) => put(index + 1));
  const asked: (string | undefined)[] = [];
  const read: ReadPage = async (cursor) => {
    asked.push(cursor);
    if (events.length === 0) throw new Problem(404, "There is no jar-1.");
    const from = Number(cursor ?? 0);
    const items = events.slice(from, from + 3);
    return from + 3 < events.length ? { items, cursor: String(from + 3) } : { items };
  };
  const add = (): number => events.push(put(events.length + 1));
  return { read, asked, add };
};

const versionsIn = ({ events }: KnownHistory): number[] => events.map(({ version }) => version);

test("a history is read page by page", async () => {
  const { read, asked } = serverWith(7);
  expect(versionsIn(await readOn(jar, read, nothingKnown))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(asked).toEqual([undefined, "3", "6"]);
});

test("what has been added is found by asking for the last page again", async () => {
  const { read, asked, add } = serverWith(7);
  const known = await readOn(jar, read, nothingKnown);
  add();
  add();
  add();
  asked.length = 0;
  const more = await readOn(jar, read, known);
  expect(versionsIn(more)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(asked).toEqual(["6", "9"]);
  asked.length = 0;
  expect(versionsIn(await readOn(jar, read, more))).toHaveLength(10);
  expect(asked).toEqual(["9"]);
});

test("a stream that does not exist has no history, until it has", async () => {
  const { read, add } = serverWith(0);
  const none = await readOn(jar, read, nothingKnown);
  expect(none.events).toEqual([]);
  add();
  expect(versionsIn(await readOn(jar, read, none))).toEqual([1]);
});

test("any other refusal is passed on", async () => {
  const forbidden = new Problem(403, "jar-1 is not yours.");
  await expect(readOn(jar, () => Promise.reject(forbidden), nothingKnown)).rejects.toBe(forbidden);
});

test("a history that is too long to be kept is refused", async () => {
  const { read } = serverWith(eventsKept + 4);
  await expect(readOn(jar, read, nothingKnown)).rejects.toThrow(`more than ${eventsKept} events`);
});
