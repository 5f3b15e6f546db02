import type { JsonSchema } from "../../lib/core/openapi/json-schema.ts";

/** Texts that examples are made of; the first one that fits is taken. */
const texts = [
  "alice",
  "en",
  "USD",
  "2026-11",
  "2026-11-01T00:00:00.000Z",
  "alice@example.com",
  "1234",
] as const;

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (schema: JsonSchema): string => {
  const { pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const fits = (text: string): boolean =>
    text.length >= Number(minLength) &&
    text.length <= Number(maxLength) &&
    (typeof pattern !== "string" || new RegExp(pattern).test(text));
  const found = texts.find(fits);
  if (found !== undefined) return found;
  throw new Error(`No example text fits ${JSON.stringify(schema)}: add one that does.`);
};

/** The usual number, or the nearest one within the bounds. */
const numberOf = (
  usual: number,
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: JsonSchema,
): number => Math.min(Math.max(usual, Number(minimum)), Number(maximum));

const objectOf = ({ properties }: JsonSchema): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(isSchema(properties) ? properties : {}).map(([name, schema]) => [
      name,
      exampleOf(isSchema(schema) ? schema : {}),
    ]),
  );

/** One value of a schema, the same every time; personal values stand in clear. */
export const exampleOf = (schema: JsonSchema): unknown => {
  const { type, anyOf, enum: values, const: only } = schema;
  if (only !== undefined) return only;
  if (Array.isArray(values)) return values[0];
  if (Array.isArray(anyOf)) return exampleOf(anyOf.find(isSchema) ?? {});
  switch (type) {
    case "string":
      return textOf(schema);
    case "integer":
      return numberOf(1, schema);
    case "number":
      return numberOf(12.5, schema);
    case "boolean":
      return true;
    case "array":
      return [exampleOf(isSchema(schema.items) ? schema.items : {})];
    case "object":
      return objectOf(schema);
    default:
      throw new Error(`No example is known for ${JSON.stringify(schema)}.`);
  }
};
