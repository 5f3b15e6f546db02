import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAudits } from "../../../lib/adapters/dynamodb/audits.ts";
import { type AuditProgress, type Audits, problemsKept } from "../../../lib/core/audit/audit.ts";
import type { Problem } from "../../../lib/core/audit/audit-stream.ts";
import { itemBytes } from "../../../lib/core/log/item-size.ts";
import { untouched } from "../../../lib/core/log/segments.ts";
import { viewControlTable } from "../../../lib/core/system/tables.ts";
import { type StartedStore, startStore } from "./started-store.ts";

const at = "2026-11-01T12:00:00.000Z";
const record = (run: string) => ({ run, segments: 4, startedAt: at });

const problem: Problem = {
  stream: "jar-1",
  version: 3,
  kind: "row-behind",
  detail: "the row is at 3, the log at 5",
  view: "jars",
};

const progressAt = (segment: number, after?: AuditProgress["after"]): AuditProgress => ({
  ...untouched(segment),
  streams: 2,
  events: 7,
  ...(after ? { after } : { done: true }),
  problems: [problem, { ...problem, kind: "gap" }],
  problemsFound: 2,
});

let started: StartedStore;
let audits: Audits;
let runs = 0;
let run: string;

const items = async () => {
  const scan = new ScanCommand({ TableName: viewControlTable.name, ConsistentRead: true });
  return (await started.client.send(scan)).Items ?? [];
};

beforeAll(async () => {
  started = await startStore([viewControlTable]);
  audits = createAudits(started.client, viewControlTable.name);
  // This is the only test of the file that may run before any audit.
  expect(await audits.find()).toBeUndefined();
});

beforeEach(async () => {
  runs += 1;
  run = `run-${runs}`;
  await audits.begin(record(run));
});

afterAll(() => started.stop());

describe("the record of audits", () => {
  test("knows the latest run, and nothing of its segments at first", async () => {
    expect(await audits.find()).toEqual(record(run));
    expect(await audits.progress(run)).toEqual([]);
  });

  test("keeps what each segment has come to, and when", async () => {
    const first = progressAt(0, { stream: "jar-1", version: 3 });
    const second = progressAt(7);
    expect(await audits.save(run, second, { at, from: undefined })).toBe(true);
    expect(await audits.save(run, first, { at, from: undefined })).toBe(true);
    expect(await audits.progress(run)).toMatchObject([
      { ...first, savedAt: at },
      { ...second, savedAt: at },
    ]);
  });

  test("leaves a segment to the worker that has moved it on", async () => {
    const first = progressAt(1, { stream: "jar-1", version: 3 });
    const second = progressAt(1, { generation: 1, row: "1#jar-9", view: "jars" });
    expect(await audits.save(run, first, { at, from: undefined })).toBe(true);
    const later = "2026-11-01T12:00:01.000Z";
    expect(await audits.save(run, progressAt(1), { at: later, from: undefined })).toBe(false);
    expect(await audits.save(run, second, { at: later, from: first.after })).toBe(true);
    expect(await audits.save(run, progressAt(1), { at: later, from: first.after })).toBe(false);
    expect(await audits.save(run, progressAt(1), { at: later, from: second.after })).toBe(true);
    expect(await audits.save(run, second, { at: later, from: second.after })).toBe(false);
    expect(await audits.progress(run)).toMatchObject([{ done: true }]);
  });

  test("takes its own save for one that was done before, when only the answer was lost", async () => {
    const cursor = { view: "jars", row: "1#jar-9", generation: 1 };
    const first = progressAt(2, cursor);
    expect(await audits.save(run, first, { at, from: undefined })).toBe(true);
    expect(await audits.save(run, first, { at, from: undefined })).toBe(true);
  });

  test("removes what earlier runs have left, what came late included", async () => {
    await audits.save(run, progressAt(0), { at, from: undefined });
    await audits.begin(record(`${run}-b`));
    expect(await audits.progress(run)).toEqual([]);
    await audits.save(run, progressAt(3), { at, from: undefined });
    await audits.begin(record(`${run}-c`));
    await audits.save(`${run}-c`, progressAt(0), { at, from: undefined });
    expect((await items()).map(({ view }) => view).sort()).toEqual(["audit", `audit#${run}-c`]);
  });

  test("stays far below the size of an item, whatever was found", async () => {
    const worst = { ...problem, stream: "s".repeat(200), detail: "x".repeat(5_000) };
    const problems = Array.from({ length: problemsKept }, () => worst);
    await audits.save(run, { ...progressAt(0), problems }, { at, from: undefined });
    const sizes = (await items()).map(itemBytes);
    expect(Math.max(...sizes)).toBeLessThan(100_000);
    const [saved] = await audits.progress(run);
    expect(saved?.problems).toHaveLength(problemsKept);
    expect(saved?.problems[0]?.detail).toHaveLength(300);
  });
});
