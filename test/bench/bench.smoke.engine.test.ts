import { describe, expect, test } from "vitest";
import type { Findings, Table } from "../../bench/benchmark.ts";
import { benchmarks } from "../../bench/benchmarks.ts";

interface Smoke {
  readonly findings: Findings;
  /** How much was said to be done, in the order in which it was said. */
  readonly done: readonly number[];
}

const runs = new Map<string, Promise<Smoke>>();

const run = async (name: string): Promise<Smoke> => {
  const benchmark = benchmarks.find((each) => each.name === name);
  if (!benchmark) throw new Error(`There is no benchmark ${name}.`);
  const done: number[] = [];
  const progress = (_: string, part: number): void => {
    done.push(part);
  };
  return { findings: await benchmark.run({ scale: "smoke", progress }), done };
};

/** What a benchmark finds with small numbers; it runs once. */
const smoke = (name: string): Promise<Smoke> => {
  const known = runs.get(name) ?? run(name);
  runs.set(name, known);
  return known;
};

const tableOf = async (name: string): Promise<Table> => {
  const { findings } = await smoke(name);
  return findings.tables[0] ?? expect.fail(`${name} has no table.`);
};

/** The wanted cells of those rows that say so in other columns, each once. */
const cellsWhere = (
  { columns, rows }: Table,
  where: Readonly<Record<string, string>>,
  wanted: readonly string[],
): readonly string[] => {
  const cell = (row: readonly string[], column: string): string =>
    row[columns.indexOf(column)] ?? expect.fail(`There is no column "${column}".`);
  const found = rows
    .filter((row) => Object.entries(where).every(([column, text]) => cell(row, column) === text))
    .map((row) => wanted.map((column) => cell(row, column)).join(" / "));
  return [...new Set(found)];
};

test("every benchmark has a name and a question of its own", () => {
  for (const key of ["name", "question"] as const)
    expect(new Set(benchmarks.map((each) => each[key])).size).toBe(benchmarks.length);
});

describe.each(benchmarks.map(({ name }) => name))("%s", (name) => {
  test("fills its tables", async () => {
    const { tables, targets } = (await smoke(name)).findings;
    expect(tables.length).toBeGreaterThan(0);
    for (const { title, columns, rows } of tables) {
      expect(rows.length, title).toBeGreaterThan(0);
      for (const row of rows) expect(row, title).toHaveLength(columns.length);
      expect(rows.flat().filter((cell) => /NaN|undefined|Infinity/.test(cell))).toEqual([]);
    }
    for (const { promise, seen } of targets) expect(`${promise}: ${seen}`).not.toContain("NaN");
  });

  test("tells how far it has come, and never goes back", async () => {
    const { done } = await smoke(name);
    expect(done.length).toBeGreaterThan(0);
    expect(done).toEqual(done.toSorted((left, right) => left - right));
    expect(done.filter((part) => part < 0 || part > 1)).toEqual([]);
  });
});

describe("commands", () => {
  const units = ["round trips", "read units", "write units"];

  test("sees the floor of DynamoDB: warm 1 / 0 / 1, cold 2 / 0.5 / 1", async () => {
    const table = await tableOf("commands");
    expect(cellsWhere(table, { side: "everfold", memory: "warm" }, units)).toEqual(["1 / 0 / 1"]);
    expect(cellsWhere(table, { side: "everfold", memory: "cold" }, units)).toEqual(["2 / 0.5 / 1"]);
  });

  test("sees no side do with less than the bare ones do", async () => {
    const table = await tableOf("commands");
    expect(cellsWhere(table, { side: "bare put" }, units)).toEqual(["1 / 0 / 1"]);
    expect(cellsWhere(table, { side: "bare query and put" }, units)).toEqual(["2 / 0.5 / 1"]);
  });

  test("measures our own on a short and on a long stream", async () => {
    const table = await tableOf("commands");
    const histories = cellsWhere(table, { side: "everfold" }, ["events before"]);
    expect(histories).toEqual(["10", "2,000"]);
  });
});

describe("contention", () => {
  test("sees a writer that is alone try once, and a crowd try more often", async () => {
    const table = await tableOf("contention");
    const alone = { side: "everfold", writers: "1" };
    expect(cellsWhere(table, alone, ["attempts", "write units"])).toEqual(["1 / 1"]);
    const [attempts = "0"] = cellsWhere(table, { side: "everfold", writers: "4" }, ["attempts"]);
    expect(Number(attempts)).toBeGreaterThan(1);
  });
});
