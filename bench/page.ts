import type { Benchmark, Findings, Table, Target } from "./benchmark.ts";

/** When and where something was measured. */
export interface Occasion {
  /** ISO date. */
  readonly date: string;
  readonly machine: string;
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

const tableText = ({ title, columns, rows, remarks }: Table): string =>
  [
    `**${title}.**`,
    "",
    row(columns),
    row(columns.map(() => "---")),
    ...rows.map(row),
    ...(remarks.length > 0 ? ["", remarks.join(" ")] : []),
  ].join("\n");

/** One target as it is told: whether it was met, what was promised, what was seen. */
export const targetText = ({ promise, seen, isMet }: Target): string =>
  `${isMet ? "met" : "missed"}: ${promise}; seen: ${seen}`;

const section = (name: string, { tables, targets }: Findings, { date, machine }: Occasion) =>
  [
    `Measured on ${date}: ${machine}. To repeat: \`npm run bench -- --only ${name}\`.`,
    ...tables.map(tableText),
    ...(targets.length > 0 ? [targets.map((each) => `- ${targetText(each)}`).join("\n")] : []),
  ].join("\n\n");

const mark = (name: string, end: "begin" | "end"): string => `<!-- ${end} ${name} -->`;

/** The page with the findings of one benchmark in the place of earlier ones; refuses a page without its marks. */
export const withFindings = (
  page: string,
  { name }: Pick<Benchmark, "name">,
  findings: Findings,
  occasion: Occasion,
): string => {
  const begin = page.indexOf(mark(name, "begin"));
  const end = page.indexOf(mark(name, "end"));
  if (begin < 0 || end < begin)
    throw new Error(`The page has no place for ${name}: ${mark(name, "begin")} is missing.`);
  const text = section(name, findings, occasion);
  return `${page.slice(0, begin)}${mark(name, "begin")}\n\n${text}\n\n${page.slice(end)}`;
};
