import * as z from "zod/mini";
import { categoryOf } from "../log/stream.ts";
import { rowKey } from "../view/recent-rows.ts";
import { compareSums, type Sum, shownSums } from "../view/sum.ts";
import type { TallyKey, TallyQuery, TallyRow, TallyRows, TallyView } from "../view/tally-view.ts";
import type { SortRange } from "../view/view-query.ts";
import type { ConsistencyToken } from "./consistency-token.ts";
import { decodeCursor, encodeCursor, Key } from "./cursor.ts";
import type { RowsPage, RowsQuestion, RowsRequest } from "./list-rows.ts";

const RowKey = z.strictObject({ partition: Key, sort: Key });

/** Sums beyond what a number keeps stand in a cursor as digits. */
const CursorSum = z.union([
  z.int(),
  z.pipe(
    z.string().check(z.regex(/^-?\d{16,38}$/)),
    z.transform((digits): Sum => BigInt(digits)),
  ),
]);

/** Where a page ended. */
const Position = z.strictObject({
  sum: CursorSum,
  /** The last row of the index, if one with this sum was shown. */
  row: z.exactOptional(RowKey),
  /** Rows with this sum that were laid over the index, on this page or an earlier one. */
  laid: z.array(RowKey),
});
type Position = z.output<typeof Position>;

const cursorOf = (scope: readonly string[], { sum, ...position }: Position): string =>
  encodeCursor(scope, { ...position, sum: typeof sum === "bigint" ? String(sum) : sum });

/** The rows of a partition of the index that the token's streams have added to of late, read strongly. */
const freshRows = async (
  { domain, index: order }: TallyView,
  rows: TallyRows,
  partition: string,
  token: ConsistencyToken,
): Promise<readonly TallyRow[]> => {
  const streams = [...token.keys()].filter((stream) => categoryOf(stream) === domain.category);
  if (streams.length === 0) return [];
  const recent = [...(await rows.marks(streams)).values()].flatMap((mark) => mark.recent);
  const keys = new Map<string, TallyKey>();
  for (const { index, at: _, ...key } of recent)
    if (index === partition) keys.set(rowKey(key), key);
  if (keys.size === 0) return [];
  // A row that nothing was added to under the index' sum is not in the index.
  return (await rows.get([...keys.values()])).filter(({ sums }) => (order?.by ?? "") in sums);
};

const isWithin = (sum: Sum, { from, below, above }: SortRange): boolean =>
  (from === undefined || sum >= Number(from)) &&
  (below === undefined || sum < Number(below)) &&
  (above === undefined || sum > Number(above));

const startOf = (before: Position | undefined): Pick<TallyQuery, "after" | "start"> => {
  if (!before) return {};
  const { sum, row } = before;
  return row ? { after: { ...row, sum } } : { start: sum };
};

/** How rows stand to each other, and to where the page before ended. */
interface Order {
  readonly sumOf: (row: TallyRow) => Sum;
  readonly direction: 1 | -1;
  readonly range: SortRange;
  readonly before: Position | undefined;
}

/** What follows on a position: fresh rows laid over those that the index shows, before all others with the same sum. */
const layOver = (
  read: readonly TallyRow[],
  fresh: readonly TallyRow[],
  { sumOf, direction, range, before }: Order,
): { readonly rows: readonly TallyRow[]; readonly laid: ReadonlySet<TallyRow> } => {
  const known = new Map(fresh.map((row) => [rowKey(row), row]));
  const shown = new Set(before?.laid.map(rowKey));
  const place = (row: TallyRow): number =>
    before ? direction * compareSums(sumOf(row), before.sum) : 1;
  // Among rows of the position's own sum the index knows whether one was shown, once it has shown one of them.
  const isTied = (row: TallyRow): boolean => before?.row !== undefined && place(row) === 0;
  const laid = fresh.filter(
    (row) =>
      isWithin(sumOf(row), range) &&
      (place(row) > 0 || (place(row) === 0 && !isTied(row) && !shown.has(rowKey(row)))),
  );
  const kept = read.filter((row) => {
    if (shown.has(rowKey(row))) return false;
    const now = known.get(rowKey(row));
    return !now || (isTied(now) && isTied(row));
  });
  // Sorting is stable: rows of one sum stay as they stand here.
  const rows = [...laid, ...kept].sort(
    (left, right) => direction * compareSums(sumOf(left), sumOf(right)),
  );
  return { rows, laid: new Set(laid) };
};

const keyOf = ({ partition, sort }: TallyKey): TallyKey => ({ partition, sort });

/**
 * One page of a tally in the order of a sum. The index may lag behind its table, so the rows that the token's streams
 * have added to of late are read from the table, and stand where their sums put them. In which order an index has rows
 * of the same sum is not documented: a cursor names those that were laid at its sum, and they are not shown again when
 * the index has them, too.
 */
export const listBySum = async (
  view: TallyView,
  index: string,
  rows: TallyRows,
  { scope, asked }: RowsQuestion,
  { token, limit, cursor }: RowsRequest,
): Promise<RowsPage> => {
  const { by = "" } = view.index ?? {};
  const sumOf = ({ sums }: TallyRow): Sum => sums[by] ?? 0;
  const before = cursor === undefined ? undefined : decodeCursor(scope, cursor, Position);
  const fresh = await freshRows(view, rows, asked.partition, token);
  const wanted = asked.limit + fresh.length + (before?.laid.length ?? 0);
  const read = await rows.list({ ...asked, index, ...startOf(before), limit: wanted });
  const direction = asked.descending ? -1 : 1;
  const due = layOver(read, fresh, { sumOf, direction, range: asked.range, before });
  const page = due.rows.slice(0, limit);
  const items = page.map(({ labels, sums }) => ({ ...labels, ...shownSums(sums) }));
  const last = page.at(-1);
  if (due.rows.length <= limit || !last) return { items };
  const sum = sumOf(last);
  const here = page.filter((row) => due.laid.has(row) && sumOf(row) === sum).map(keyOf);
  const position = {
    sum,
    ...(due.laid.has(last) ? {} : { row: keyOf(last) }),
    laid: [...(before?.sum === sum ? before.laid : []), ...here],
  };
  return { items, cursor: cursorOf(scope, position) };
};
