import { DeleteCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAudit } from "../../../lib/core/audit/audit.ts";
import { auditReport } from "../../../lib/core/audit/audit-report.ts";
import { eventTable, idempotencyTable, viewControlTable } from "../../../lib/core/system/tables.ts";
import { maintain } from "../../../lib/core/upkeep/maintain.ts";
import { startRebuild } from "../../../lib/core/upkeep/rebuild.ts";
import { project } from "../../../lib/core/view/project.ts";
import { short } from "../../audited.ts";
import { jarHistory } from "../../jar-history.ts";
import { jars, jarViews } from "../../sample-views.ts";
import { createEngineReadSide, type EngineReadSide } from "./engine-read-side.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const commits = Array.from({ length: 20 }, (_, at) => jarHistory(`e${at}`, [1, 2, 1])).flatMap(
  (history) => history.commits,
);

let started: StartedStore;
let side: EngineReadSide;
let runs = 0;

beforeAll(async () => {
  const views = jarViews.map(({ table }) => table);
  started = await startStore([eventTable, idempotencyTable, viewControlTable, ...views]);
  side = createEngineReadSide(started.client);
  expect((await maintain(side.ports)).recorded).toEqual(jarViews.map(({ name }) => name));
  for (const commit of commits) await side.store.append([commit]);
  expect(await project(side.ports, commits)).toEqual([]);
});

afterAll(() => started.stop());

const audited = async () => {
  runs += 1;
  await startAudit(side.ports, `run-${runs}`, 3);
  await side.drain();
  return auditReport(side.ports);
};

const generationsIn = async (table: string, key: string): Promise<readonly string[]> => {
  const { Items = [] } = await started.client.send(new ScanCommand({ TableName: table }));
  return [...new Set(Items.map((item) => String(item[key]).split("#")[0] ?? ""))].sort();
};

describe("the read side on an engine", () => {
  test("is found without fault after projecting, and in need of no care", async () => {
    expect(await audited()).toMatchObject({
      status: "done",
      ok: true,
      streams: 20,
      events: 80,
      problems: [],
    });
    expect(await maintain(side.ports)).toMatchObject({ started: [], queued: [], failures: [] });
  });

  test("is rebuilt view by view, swept, and found without fault again", async () => {
    for (const view of jarViews) await startRebuild(side.ports, view, { segments: 3 });
    await expect(startRebuild(side.ports, jars)).rejects.toMatchObject({ kind: "conflict" });
    await side.drain();
    for (const { live, retired, parked } of await side.ports.catalogue.list()) {
      expect(live).toEqual({ generation: 2, definition: 1 });
      expect({ retired, parked }).toEqual({ retired: [], parked: {} });
    }
    for (const { table } of jarViews)
      expect(await generationsIn(table.name, table.partitionKey.name)).toEqual(["2"]);
    expect(await audited()).toMatchObject({ status: "done", ok: true, streams: 20 });
    expect(await maintain(side.ports)).toMatchObject({ started: [], swept: [], failures: [] });
  });

  test("finds a row that was lost, and brings it back", async () => {
    const Key = { row: "2#jar-e3" };
    await started.client.send(new DeleteCommand({ TableName: jars.table.name, Key }));
    expect(short((await audited()).problems)).toEqual(["jar-e3@0 row-behind jars"]);
    expect(await audited()).toMatchObject({ ok: true });
  });

  test("finds an event that was edited, and a commit that was cut off", async () => {
    await started.client.send(
      new UpdateCommand({
        TableName: eventTable.name,
        Key: { stream: "jar-e5", version: 2 },
        UpdateExpression: "SET events[0].#data.coins = :coins",
        ExpressionAttributeNames: { "#data": "data" },
        ExpressionAttributeValues: { ":coins": 500 },
      }),
    );
    const Key = { stream: "jar-e6", version: 4 };
    await started.client.send(new DeleteCommand({ TableName: eventTable.name, Key }));
    expect(short((await audited()).problems)).toEqual([
      "jar-e5@2 broken-chain",
      "jar-e6@3 checkpoint-ahead diary",
      "jar-e6@3 checkpoint-ahead purses",
      "jar-e6@3 checkpoint-ahead ranking",
      "jar-e6@3 row-ahead jars",
    ]);
  });
});
