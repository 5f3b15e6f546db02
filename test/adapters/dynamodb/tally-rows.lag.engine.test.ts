import { type DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDocumentClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createTallyRows } from "../../../lib/adapters/dynamodb/tally-rows.ts";
import { emptyToken } from "../../../lib/core/query/consistency-token.ts";
import { listTally } from "../../../lib/core/query/list-rows.ts";
import { applyTally } from "../../../lib/core/view/apply-tally.ts";
import { groupByStream } from "../../../lib/core/view/apply-view.ts";
import type { TallyRows } from "../../../lib/core/view/tally-view.ts";
import { createClock, createDice } from "../../clock.ts";
import { Event } from "../../jar.ts";
import { createJarLog } from "../../jar-log.ts";
import { ranking } from "../../sample-views.ts";
import { meteredClient } from "./metered-client.ts";
import { type StartedStore, startStore } from "./started-store.ts";

// The engine's indexes do not lag. This one does: it is that of a copy, which is made when it is told to catch up.
const { table } = ranking;
const copy = { ...table, name: `${table.name}-shown` };

let started: StartedStore;
let rows: TallyRows;

/** A client whose queries of an index go to the copy. */
const laggingClient = (): DynamoDBDocumentClient => {
  const client = createDocumentClient();
  client.middlewareStack.add(
    (next) => (args) =>
      next(
        "IndexName" in args.input
          ? { ...args, input: { ...args.input, TableName: copy.name } }
          : args,
      ),
    { step: "initialize", name: "lag" },
  );
  return client;
};

const catchUp = async (): Promise<void> => {
  const { client } = started;
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table.name }));
  const puts = Items.map((Item) => new PutCommand({ TableName: copy.name, Item }));
  await Promise.all(puts.map((put) => client.send(put)));
};

beforeAll(async () => {
  started = await startStore([table, copy]);
  rows = createTallyRows(meteredClient(laggingClient()), table.name, ranking, 1);
});
afterAll(() => started.stop());

const log = createJarLog();
const ports = { ...createClock(), random: createDice() };

/** Puts coins into a jar of its own for each owner, and brings the tally up to it. */
const put = async (coins: Readonly<Record<string, number>>): Promise<void> => {
  const commits = [];
  for (const [owner, count] of Object.entries(coins)) {
    const event = log.store.commits(`jar-${owner}`).length
      ? Event.CoinsPut({ coins: count })
      : Event.Made({ ownerId: owner, coins: count });
    commits.push(await log.add(owner, [event], owner));
  }
  const failures = await applyTally(ports, ranking, rows, log.store, groupByStream(commits));
  expect(failures).toEqual(new Map());
};

const page = (token: ReadonlyMap<string, number>, limit: number, cursor?: string) =>
  listTally(ranking, ranking.query ?? expect.fail(), rows, {
    parameters: { kind: "in" },
    caller: { sub: "aud", admin: false, auditor: true },
    token,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });

/** Every page of the ranking: the first one with a token, the others with what follows on it. */
const walk = async (
  token: ReadonlyMap<string, number>,
  limit: number,
  onFirst: () => Promise<ReadonlyMap<string, number>> = async () => token,
) => {
  let { items, cursor } = await page(token, limit);
  const seen = [...items];
  const next = await onFirst();
  while (cursor !== undefined && seen.length < 50) {
    ({ items, cursor } = await page(next, limit, cursor));
    seen.push(...items);
  }
  return seen.map((item): { readonly owner: string; readonly coins: number } => Object(item));
};

const tokenOf = (...jars: readonly string[]) =>
  new Map(jars.map((jar) => [`jar-${jar}`, log.store.commits(`jar-${jar}`).length]));

test("what a token names stands where it belongs, though the index does not have it yet", async () => {
  // Six of the same sum, so that new ones have to stand among them.
  await put({ ann: 9, b1: 5, b2: 5, b3: 5, b4: 5, b5: 5, b6: 5, cleo: 3, dora: 1 });
  await catchUp();
  await put({ dora: 4, emil: 5, cleo: 7, zoe: 2 });
  const stale = await walk(emptyToken, 3);
  expect(stale.map(({ coins }) => coins)).toEqual([9, 5, 5, 5, 5, 5, 5, 3, 1]);
  const token = tokenOf("dora", "emil", "cleo", "zoe");
  for (const limit of [1, 2, 3, 5, 8, 50]) {
    const seen = await walk(token, limit);
    expect(seen.map(({ coins }) => coins)).toEqual([10, 9, 5, 5, 5, 5, 5, 5, 5, 5, 2]);
    expect(new Set(seen.map(({ owner }) => owner)).size).toBe(11);
    expect([seen.at(0)?.owner, seen.at(-1)?.owner]).toEqual(["cleo", "zoe"]);
  }
  const { items } = await page(tokenOf("emil"), 50);
  expect(items.map((item) => Object(item).owner)).toContain("emil");
});

test("each row is shown once when the index catches up between two pages", async () => {
  for (const limit of [1, 2, 3, 4, 5, 6]) {
    await put({ b1: 1, b2: 1, b3: 1, b4: 1 });
    await catchUp();
    await put({ b5: 1, b6: 1 });
    // Who has read the first page with a token may have forgotten it by the time that the index is up to date.
    const seen = await walk(tokenOf("b5", "b6"), limit, async () => {
      await catchUp();
      return emptyToken;
    });
    expect(seen.filter(({ owner }) => /^b/.test(owner))).toHaveLength(6);
    expect(new Set(seen.map(({ owner }) => owner)).size).toBe(11);
    expect(seen).toHaveLength(11);
  }
});
