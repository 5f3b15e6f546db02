import { beforeEach, expect, test } from "vitest";
import { toldRows } from "../../lambdas/told-rows.ts";
import { project } from "../../lib/core/view/project.ts";
import type { ViewTables } from "../../lib/core/view/view.ts";
import { createJarLog, type JarLog } from "../jar-log.ts";
import { createReadSide, type ReadSide } from "../read-side.ts";
import { jarViews } from "../sample-views.ts";

let side: ReadSide;
let log: JarLog;
let rows: number;

beforeEach(() => {
  side = createReadSide();
  log = createJarLog(side.store);
  rows = 0;
});

/** Applies the whole log to the views of one kind; `change` stands between the count and the tables. */
const projecting = async (kind: string, change = (tables: ViewTables) => tables) => {
  const views = jarViews.filter((view) => view.kind === kind);
  const ports = side.start(undefined, views);
  const tables = toldRows(change(ports.tables), (count) => {
    rows += count;
  });
  return project({ ...ports, tables }, log.commits);
};

test.each([["document"], ["ledger"], ["tally"]])(
  "rows of a %s are counted once, when they are written",
  async (kind) => {
    await log.fill("a", 3);
    expect(await projecting(kind)).toEqual([]);
    const first = rows;
    expect(first).toBeGreaterThan(0);
    expect(await projecting(kind)).toEqual([]);
    expect(rows).toBe(first);
  },
);

test("a document is one row, however many commits a batch has of it", async () => {
  await log.fill("a", 5);
  await log.fill("b", 1);
  const documents = jarViews.filter(({ kind }) => kind === "document").length;
  await projecting("document");
  expect(rows).toBe(2 * documents);
});

test("a document that somebody else has brought further is not counted", async () => {
  await log.fill("a", 3);
  await projecting("document", (tables) => ({
    ...tables,
    documents: (view, generation) => ({
      ...tables.documents(view, generation),
      put: async () => false,
    }),
  }));
  expect(rows).toBe(0);
});

test("rows of a tally that were busy are not counted", async () => {
  await log.fill("a", 3);
  const failures = await projecting("tally", (tables) => ({
    ...tables,
    tally: (view, generation) => ({ ...tables.tally(view, generation), add: async () => "busy" }),
  }));
  expect(failures.length).toBeGreaterThan(0);
  expect(rows).toBe(0);
});
