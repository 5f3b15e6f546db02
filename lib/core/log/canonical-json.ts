import canonicalize from "canonicalize";

// DynamoDB refuses an empty key in a map, so that nothing which is stored can look like this.
const marked = (text: string): unknown => ({ "": text });

const withoutBinary = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return marked(Buffer.from(value).toString("base64"));
  if (Array.isArray(value)) return value.map(withoutBinary);
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype)
    return marked(Object.prototype.toString.call(value));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutBinary(item)]),
  );
};

/**
 * The one JSON text of a value, whatever the order of its keys (RFC 8785; absent fields are left out). Binary is
 * `{ "": base64 }`, so that no text can be taken for it, and what no command stores (a set) is marked in the same way.
 * Refuses numbers that are none, and what JSON does not know.
 */
export const canonicalJson = (value: unknown): string => {
  const json = canonicalize(withoutBinary(value));
  if (json === undefined) throw new Error(`A value of type ${typeof value} has no canonical form.`);
  return json;
};
