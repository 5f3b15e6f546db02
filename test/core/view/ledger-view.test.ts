import { describe, expect, test } from "vitest";
import type { Message } from "../../../lib/core/domain/message.ts";
import {
  type LedgerDeclaration,
  ledgerRows,
  ledgerView,
} from "../../../lib/core/view/ledger-view.ts";
import { jar } from "../../jar.ts";

const at = {
  stream: "jar-a",
  id: "a",
  version: 12,
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
  owner: "ann",
  people: ["ann", "ben"],
};
const entry = { partition: "ann", sort: "s", values: { n: 1 } };
const declaration = (
  entries: LedgerDeclaration<Message>["entries"],
): LedgerDeclaration<Message> => ({ kind: "ledger", name: "notes", definition: 2, entries });
const keysOf = (entries: LedgerDeclaration<Message>["entries"], version = 12) =>
  ledgerRows(
    ledgerView(jar, declaration(entries)),
    { type: "Noted", data: {} },
    { ...at, version },
  );

describe("the rows of an event", () => {
  test("are keyed by their place, so that a repeat is the same row", () => {
    const key = "s#jar-a#0000000000000012#0";
    expect(keysOf(() => [entry])).toEqual([{ ...entry, key }]);
  });

  test("differ within one event, and between events of all versions in their order", () => {
    const [first, second] = keysOf(() => [entry, entry]);
    const [tenth] = keysOf(() => [entry], Number.MAX_SAFE_INTEGER);
    const keys = [first?.key, second?.key, tenth?.key];
    expect(new Set(keys).size).toBe(3);
    expect(keys.toSorted()).toEqual(keys);
  });

  test("stand under their sort value alone when events share them", () => {
    expect(keysOf(() => [{ ...entry, shared: true }])).toEqual([
      { ...entry, shared: true, key: "s" },
    ]);
  });

  test("may be none", () => {
    expect(keysOf(() => [])).toEqual([]);
  });
});

describe("a ledger", () => {
  test("has a table that can be made again from the log", () => {
    const { table } = ledgerView(
      jar,
      declaration(() => []),
    );
    expect(table).toMatchObject({ name: "view-notes", holds: "derived" });
  });

  test("keeps the definition before, which differs in nothing but what it gives", () => {
    const previous = { definition: 1, entries: () => [entry] };
    const view = ledgerView(jar, { ...declaration(() => []), previous });
    const { previous: _, ...others } = view;
    expect(view.previous).toEqual({ ...others, ...previous });
  });
});
