/**
 * Bytes that the items of one page may take. What a function answers has 6 MB at most, in which the body's JSON is a
 * JSON string once more.
 */
const pageBytesMax = 5 * 1024 * 1024;

const bytesOf = (item: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(item)));

/** The first items that fit into one answer; always at least one, if there is one. */
export const fitPage = <T>(items: readonly T[]): readonly T[] => {
  let bytes = 0;
  const end = items.findIndex((item, index) => {
    bytes += bytesOf(item);
    return bytes > pageBytesMax && index > 0;
  });
  return end === -1 ? items : items.slice(0, end);
};
