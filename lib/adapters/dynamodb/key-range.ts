import type { SortRange } from "../../core/view/view-query.ts";

type Value = string | number | bigint;

/** DynamoDB refuses partition keys above this size. */
const partitionBytesMax = 2048;

/** DynamoDB's order of sort keys: numbers by value, texts by their bytes in UTF-8. */
const compare = (left: Value, right: Value): number => {
  if (typeof left === "string" && typeof right === "string")
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  return left < right ? -1 : left > right ? 1 : 0;
};

const highest = (values: readonly (Value | undefined)[], sign: 1 | -1): Value | undefined =>
  values.reduce((best, each) => {
    if (best === undefined || each === undefined) return best ?? each;
    return sign * compare(each, best) > 0 ? each : best;
  }, undefined);

/** True when a value lies in a range. */
export const isWithin = (value: Value, { from, below, above }: SortRange): boolean =>
  (from === undefined || compare(value, from) >= 0) &&
  (below === undefined || compare(value, below) < 0) &&
  (above === undefined || compare(value, above) > 0);

/** Which part of a partition is asked for, in which order, and the sort key that is behind already. */
export interface KeyRange {
  /** Names of the key attributes. */
  readonly partitionName: string;
  readonly sortName: string;
  readonly partition: string;
  readonly range: SortRange;
  readonly descending: boolean;
  readonly after?: Value;
}

/**
 * The part of a query that names its keys; undefined when nothing can lie there. The bounds are rough by their
 * own values, for a query knows no open ends: what is read has to be checked against the range and `after` once more.
 */
export const keyCondition = ({
  partitionName,
  sortName,
  partition,
  range,
  descending,
  after,
}: KeyRange) => {
  if (Buffer.byteLength(partition) > partitionBytesMax) return undefined;
  const least = highest([range.from, range.above, descending ? undefined : after], 1);
  const most = highest([range.below, descending ? after : undefined], -1);
  if (least !== undefined && most !== undefined && compare(least, most) > 0) return undefined;
  const bounds = [
    ...(least === undefined ? [] : ["#sort >= :least"]),
    ...(most === undefined ? [] : ["#sort <= :most"]),
  ];
  // One condition is all that a query takes on its sort key.
  const sort = bounds.length === 2 ? ["#sort BETWEEN :least AND :most"] : bounds;
  return {
    KeyConditionExpression: ["#partition = :partition", ...sort].join(" AND "),
    ExpressionAttributeNames: {
      "#partition": partitionName,
      ...(bounds.length > 0 ? { "#sort": sortName } : {}),
    },
    ExpressionAttributeValues: { ":partition": partition, ":least": least, ":most": most },
    ScanIndexForward: !descending,
  };
};
