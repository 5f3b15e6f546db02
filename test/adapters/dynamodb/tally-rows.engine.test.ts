import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTallyRows } from "../../../lib/adapters/dynamodb/tally-rows.ts";
import { createMeter } from "../../../lib/core/meter.ts";
import type { TallyRows, TallyView, TallyWrite } from "../../../lib/core/view/tally-view.ts";
import { describeTallyOrder } from "../../contracts/tally-order.ts";
import { describeTallyRows } from "../../contracts/tally-rows.ts";
import { purses, ranking } from "../../sample-views.ts";
import { type StartedStore, startStore } from "./started-store.ts";

let started: StartedStore;

beforeAll(async () => {
  started = await startStore([purses.table, ranking.table]);
});

afterAll(() => started.stop());

const make = (view: TallyView, generation: number, client = started.client): TallyRows =>
  createTallyRows(client, view.table.name, view, generation);

describeTallyRows("a tally on DynamoDB", make);
describeTallyOrder("a tally on DynamoDB, as it is read", make);

describe("the price of a tally on DynamoDB", () => {
  const unitsOf = async (write: TallyWrite): Promise<number> => {
    const meter = createMeter();
    const rows = make(ranking, 1, started.connection.metered(meter));
    expect(await rows.add(write)).toBe("written");
    return meter.used.writeUnits;
  };
  const addition = {
    partition: "price",
    sort: "in",
    labels: { owner: "price", kind: "in" },
    sums: { coins: 1 },
    shard: 0,
    index: "price",
  };
  const recent = [{ partition: "price", sort: "in", index: "price", at: 1_000 }];

  test("is one write unit for a stream that adds nothing, what it remembers included", async () => {
    const move = (from: number) =>
      unitsOf({ additions: [], checkpoints: [{ stream: "jar-m", from, to: from + 1, recent }] });
    expect([await move(0), await move(1), await move(2)]).toEqual([1, 1, 1]);
  });

  test("is no higher for what a stream remembers of the rows that it adds to", async () => {
    const add = (stream: string, from: number, rows: typeof recent) =>
      unitsOf({
        additions: [addition],
        checkpoints: [{ stream, from, to: from + 1, recent: rows }],
      });
    await add("jar-p", 0, []);
    expect(await add("jar-p", 1, recent)).toBe(await add("jar-p", 2, []));
  });
});
