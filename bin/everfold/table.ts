import Table from "cli-table3";

/** Columns of one cell; more is cut off. */
const cellColumnsMax = 90;

const borderless = Object.fromEntries(
  ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"]
    .concat(["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"])
    .map((name) => [name, ""]),
);

/**
 * Text that a terminal shows as it is: users choose ids and free text, and control characters in
 * them could move the cursor or hide lines.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");

const cell = (value: unknown): string => {
  const text = value === undefined || value === null ? "-" : printable(String(value));
  return text.length > cellColumnsMax ? `${text.slice(0, cellColumnsMax - 1)}…` : text;
};

/** A table without lines, as operators paste it into messages. */
export const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string => {
  const style = { head: [], border: [], "padding-left": 0, "padding-right": 2 };
  const drawn = new Table({
    head: head.map((name) => name.toUpperCase()),
    style,
    chars: borderless,
  });
  drawn.push(...rows.map((row) => row.map(cell)));
  return drawn
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
};
