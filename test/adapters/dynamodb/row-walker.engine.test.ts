import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDocumentRows } from "../../../lib/adapters/dynamodb/document-rows.ts";
import { createRowWalker } from "../../../lib/adapters/dynamodb/row-walker.ts";
import { type Damaged, isDamaged, type WalkCursor } from "../../../lib/core/log/segments.ts";
import { type DocumentRow, rowOf } from "../../../lib/core/view/document-view.ts";
import { jarHistory } from "../../jar-history.ts";
import { jars } from "../../sample-views.ts";
import { type StartedStore, startStore } from "./started-store.ts";

/** Rows of jars; those with a text take several pages. */
const rowsAt = (version: number, text = ""): readonly DocumentRow[] =>
  Array.from({ length: 30 }, (_, jar) => {
    const { states } = jarHistory(`w${jar}`, [version]);
    const [loaded] = states;
    if (!loaded) throw new Error("The jar has no state.");
    const row = rowOf(jars, loaded);
    return { ...row, state: { ...row.state, state: { text } } };
  });

const first = rowsAt(12, "x".repeat(100_000));
const second = rowsAt(3);

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([jars.table]);
  const tables = [first, second].map((rows, at) => [rows, at + 1] as const);
  for (const [rows, generation] of [...tables, [second, 11] as const]) {
    const table = createDocumentRows(started.client, jars.table.name, jars, generation);
    for (const row of rows) await table.put(row);
  }
});

afterAll(() => started.stop());

const walkAll = async (generation: number, segments: number) => {
  const walk = createRowWalker(started.client, jars.table.name, jars, generation);
  const met: (DocumentRow | Damaged)[] = [];
  let pages = 0;
  for (let segment = 0; segment < segments; segment++) {
    let after: WalkCursor | undefined;
    do {
      const page = await walk({ segment, segments, ...(after ? { after } : {}) });
      met.push(...page.items);
      pages += 1;
      after = page.next;
    } while (after);
  }
  return { met: met.sort((left, right) => (left.stream < right.stream ? -1 : 1)), pages };
};

const sorted = (rows: readonly DocumentRow[]): readonly DocumentRow[] =>
  rows.toSorted((left, right) => (left.stream < right.stream ? -1 : 1));

describe("a walk through the rows of a view", () => {
  test.each([1, 4])(
    "meets every row of its generation once, as it stands, in %i segments",
    async (segments) => {
      expect((await walkAll(1, segments)).met).toEqual(sorted(first));
      expect((await walkAll(2, segments)).met).toEqual(sorted(second));
      expect((await walkAll(3, segments)).met).toEqual([]);
    },
  );

  test("goes on over pages that hold nothing of its generation", async () => {
    expect((await walkAll(3, 1)).pages).toBeGreaterThan(2);
  });

  test("tells what is damaged, and goes on", async () => {
    for (const [row, name, value] of [
      ["11#jar-w3", "version", "three"],
      ["11#jar-w4", "stream", "jar-other"],
    ] as const)
      await started.client.send(
        new UpdateCommand({
          TableName: jars.table.name,
          Key: { row },
          UpdateExpression: "SET #name = :value",
          ExpressionAttributeNames: { "#name": name },
          ExpressionAttributeValues: { ":value": value },
        }),
      );
    const { met } = await walkAll(11, 2);
    expect(met).toHaveLength(30);
    expect(met.filter(isDamaged)).toEqual([
      { stream: "jar-w3", version: 0, damage: expect.stringContaining("version") },
      { stream: "jar-w4", version: 3, damage: expect.stringContaining("jar-other") },
    ]);
  });
});
