import { describe, expect, test } from "vitest";
import type { Message } from "../../../lib/core/domain/message.ts";
import {
  type Addition,
  type TallyDeclaration,
  tallyAdditions,
  tallyView,
} from "../../../lib/core/view/tally-view.ts";
import { jar } from "../../jar.ts";

const at = (stream: string) => ({
  stream,
  id: "a",
  version: 12,
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
  owner: "ann",
  people: ["ann"],
});
const addition: Addition = { partition: "ann", sort: "s", labels: { kind: "in" }, sums: { n: 1 } };
const declaration: TallyDeclaration<Message> = {
  kind: "tally",
  name: "counts",
  definition: 2,
  shards: 1,
  additions: () => [addition],
};
const event = { type: "Noted", data: {} };
const index = { name: "kind", by: "n", partition: ({ kind = "" }) => `all ${kind}` };

describe("the additions of an event", () => {
  test("go to the only shard of a row that is not spread", () => {
    const view = tallyView(jar, declaration);
    expect(tallyAdditions(view, event, at("jar-a"))).toEqual([{ ...addition, shard: 0 }]);
  });

  test("go to the shard of their stream, always the same one", () => {
    const view = tallyView(jar, { ...declaration, shards: 8 });
    const shardOf = (stream: string) => tallyAdditions(view, event, at(stream))[0]?.shard;
    const streams = Array.from({ length: 100 }, (_, number) => `jar-${number}`);
    expect(streams.map(shardOf)).toEqual(streams.map(shardOf));
    expect(new Set(streams.map(shardOf))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  });

  test("name their partition of an index", () => {
    const view = tallyView(jar, { ...declaration, index });
    const indexed = { ...addition, shard: 0, index: "all in" };
    expect(tallyAdditions(view, event, at("jar-a"))).toEqual([indexed]);
  });

  test.each([0.5, Number.NaN, 2 ** 53])("are refused when they add %d", (n) => {
    const additions = () => [{ ...addition, sums: { n } }];
    const view = tallyView(jar, { ...declaration, additions });
    expect(() => tallyAdditions(view, event, at("jar-a"))).toThrow("Tally counts: jar-a@12");
  });
});

describe("a tally", () => {
  test("has a table that can be made again from the log", () => {
    const { table } = tallyView(jar, declaration);
    expect(table).toMatchObject({ name: "view-counts", holds: "derived" });
    expect(table.indexes).toBeUndefined();
  });

  test("has its index by the sum", () => {
    const { table } = tallyView(jar, { ...declaration, index });
    expect(table.indexes).toEqual([
      {
        name: "kind",
        partitionKey: { name: "kindPartition", type: "S" },
        sortKey: { name: "sum_n", type: "N" },
      },
    ]);
  });

  test("that is indexed by its sum cannot be spread", () => {
    const spread = { ...declaration, index, shards: 2 };
    expect(() => tallyView(jar, spread)).toThrow("Tally counts is indexed by a sum");
  });

  test("keeps the definition before, which differs in nothing but what it adds", () => {
    const previous = { definition: 1, additions: () => [] };
    const view = tallyView(jar, { ...declaration, previous });
    const { previous: _, ...others } = view;
    expect(view.previous).toEqual({ ...others, ...previous });
  });
});
