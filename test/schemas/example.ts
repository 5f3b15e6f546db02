import type { JsonSchema } from "../../lib/core/openapi/json-schema.ts";

/** Texts that examples are made of; the first one that fits a pattern is taken. */
const texts = [
  "alice",
  "USD",
  "2026-11",
  "2026-11-01T00:00:00.000Z",
  "alice@example.com",
  "1234",
] as const;

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = ({ pattern, format }: JsonSchema): string => {
  if (typeof pattern !== "string") return "alice";
  const found = texts.find((text) => new RegExp(pattern).test(text));
  if (found !== undefined) return found;
  throw new Error(`No example text fits ${pattern} (${format}): add one that does.`);
};

const objectOf = ({ properties }: JsonSchema): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(isSchema(properties) ? properties : {}).map(([name, schema]) => [
      name,
      exampleOf(isSchema(schema) ? schema : {}),
    ]),
  );

/** One value of a schema, the same every time; personal values stand in clear. */
export const exampleOf = (schema: JsonSchema): unknown => {
  const { type, anyOf, enum: values, const: only, minimum } = schema;
  if (only !== undefined) return only;
  if (Array.isArray(values)) return values[0];
  if (Array.isArray(anyOf)) return exampleOf(anyOf.find(isSchema) ?? {});
  switch (type) {
    case "string":
      return textOf(schema);
    case "integer":
      return typeof minimum === "number" && minimum > 0 ? minimum : 1;
    case "number":
      return 12.5;
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
