/** DynamoDB refuses items above this size. */
export const itemBytesMax = 400 * 1024;

/** Bytes that one write unit pays for. */
export const writeUnitBytes = 1024;

const significantDigits = (value: number): number => {
  if (!Number.isSafeInteger(value))
    return value.toExponential().replace(/e.*$/, "").replace(/\D/g, "").length;
  let rest = Math.abs(value);
  while (rest > 0 && rest % 10 === 0) rest /= 10;
  return `${rest}`.length;
};

const numberBytes = (value: number): number => Math.ceil(significantDigits(value) / 2) + 2;

/**
 * Bytes that DynamoDB counts for a value. Numbers are rounded up (their exact size is not published), so that the
 * result is never below what is charged.
 * Source: DynamoDB developer guide, "Item sizes and formats".
 */
export const valueBytes = (value: unknown): number => {
  if (value === undefined) return 0;
  if (value === null || typeof value === "boolean") return 1;
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return numberBytes(value);
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + valueBytes(item) + 1, 3);
  return Object.entries(value).reduce(
    (sum, [key, item]) => (item === undefined ? sum : sum + entryBytes(key, item) + 1),
    3,
  );
};

const entryBytes = (key: string, value: unknown): number =>
  Buffer.byteLength(key) + valueBytes(value);

/** Bytes that DynamoDB counts for an item: names and values. */
export const itemBytes = (item: object): number =>
  Object.entries(item).reduce(
    (sum, [key, value]) => sum + (value === undefined ? 0 : entryBytes(key, value)),
    0,
  );

/** Write units that an item of this size costs outside a transaction. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / writeUnitBytes));
