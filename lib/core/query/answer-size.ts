/**
 * Bytes that a value takes of what a function answers, which is 6 MB at most: the body is JSON, and stands as a string
 * in the JSON that the function gives back. Source: Lambda developer guide, "Lambda quotas".
 */
export const answerBytes = (value: unknown): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

/** Bytes that the items of one page may take of an answer; what stands around them is far below the rest. */
export const pageBytesMax = 5 * 1024 * 1024;

/** The first values that fit into so many bytes of an answer; always at least one, if there is one. */
export const fitting = <T>(values: readonly T[], bytesMax = pageBytesMax): readonly T[] => {
  let bytes = 0;
  const end = values.findIndex((value, index) => {
    bytes += answerBytes(value);
    return bytes > bytesMax && index > 0;
  });
  return end === -1 ? values : values.slice(0, end);
};
