import CliTable from "cli-table3";
import type { Benchmark, Findings, Table, Target } from "./benchmark.ts";
import { targetText } from "./page.ts";

const isNumeric = (rows: Table["rows"], column: number): boolean =>
  rows.every((cells) => /^[$\d-]/.test(cells[column] ?? ""));

const drawn = ({ title, columns, rows, remarks }: Table): string => {
  const table = new CliTable({
    head: [...columns],
    colAligns: columns.map((_, column) => (isNumeric(rows, column) ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((cells) => [...cells]));
  return [title, table.toString(), ...remarks].join("\n");
};

/** The findings of one benchmark as a terminal shows them. */
export const findingsText = ({ name, question }: Benchmark, { tables }: Findings): string =>
  [`${name}: ${question}`, ...tables.map(drawn)].join("\n\n");

/** What was promised and what was seen, a line each. */
export const targetsText = (targets: readonly Target[]): string =>
  ["Targets", ...targets.map((target) => `  ${targetText(target)}`)].join("\n");
