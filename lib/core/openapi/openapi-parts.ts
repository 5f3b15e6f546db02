import type { JsonSchema } from "./json-schema.ts";

/** A part of an OpenAPI description. */
export type Part = Readonly<Record<string, unknown>>;

/** A reference to one of the shared schemas. */
export const schemaRef = (name: string): Part => ({ $ref: `#/components/schemas/${name}` });
/** Content that is JSON of a schema. */
export const json = (schema: JsonSchema): Part => ({ "application/json": { schema } });

/** A header of a request. */
export const header = (name: string, description: string): Part => ({
  name,
  in: "header",
  description,
  schema: { type: "string" },
});

/** A query parameter. */
export const query = (name: string, schema: JsonSchema, required = false): Part => ({
  name,
  in: "query",
  required,
  schema,
});

/** The parameters of a path in API Gateway's form. */
export const pathParameters = (path: string): readonly Part[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: schemaRef("Id"),
  }));

/** The problems that these statuses stand for. */
export const problems = (...statuses: readonly number[]): Part =>
  Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
  );

/** The header that makes a query read the caller's own writes. */
export const tokenHeader = header(
  "Consistency-Token",
  "What a command answered: nothing older is shown.",
);
/** Query parameters of a list. */
export const page = [
  query("limit", { type: "integer", minimum: 1, maximum: 100, default: 50 }),
  query("cursor", { type: "string" }),
];

/** One page of a list. */
export const listOf = (item: JsonSchema, more: Part = {}): JsonSchema => ({
  type: "object",
  properties: { items: { type: "array", items: item }, cursor: { type: "string" }, ...more },
  required: ["items"],
  additionalProperties: false,
});
