import { expect, test } from "vitest";
import { ledgerRows, ledgerView } from "../../../lib/core/view/ledger-view.ts";
import { peopleLedger, peopleLedgerName } from "../../../lib/core/view/people-ledger.ts";
import { jar } from "../../jar.ts";

const ledger = ledgerView(jar, peopleLedger("jars"));
const at = (version: number, people: readonly string[]) => ({
  stream: "jar-1",
  id: "1",
  version,
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
  owner: "ann",
  people,
});
const event = { type: "CoinsPut", data: { coins: 1 } };

test("a stream stands under everybody whom it concerns", () => {
  const rows = ledgerRows(ledger, event, at(1, ["ann", "bob"]));
  expect(rows.map(({ partition, values }) => [partition, values.stream])).toEqual([
    ["ann", "jar-1"],
    ["bob", "jar-1"],
  ]);
});

test("all events of a stream share one row a person", () => {
  const keys = [1, 2, 3].flatMap((version) =>
    ledgerRows(ledger, event, at(version, ["ann"])).map(({ key }) => key),
  );
  expect(new Set(keys)).toEqual(new Set(["jar-1"]));
});

test("it is not asked over HTTP", () => {
  expect(ledger.query).toBeUndefined();
  expect(ledger.name).toBe(peopleLedgerName("jars"));
});
