import * as z from "zod/mini";
import { personalField } from "../personal/personal.ts";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** For whom a schema is written: who sends a request, who reads an answer, who keeps what is stored. */
export type SchemaUse = "request" | "answer" | "stored";

/**
 * The JSON Schema of a zod shape. Personal fields are described by the value in clear and marked with whose they are; in
 * an answer they may be null, for their owner may have been erased.
 */
export const jsonSchema = (schema: z.core.$ZodType, use: SchemaUse): JsonSchema => {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    io: use === "request" ? "input" : "output",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema: written }) => {
      const field = personalField(zodSchema);
      if (!field) return;
      const inner = jsonSchema(field.inner, use);
      const shape = use === "answer" ? { anyOf: [inner, { type: "null" }] } : inner;
      for (const key of Object.keys(written)) Reflect.deleteProperty(written, key);
      Object.assign(written, shape, { "x-personal": field.whose });
    },
  });
  return written;
};

/** The fields of an object: name, schema, and whether it must be there. */
export const fieldSchemas = (
  { _zod: { def } }: z.core.$ZodObject,
  use: SchemaUse,
): readonly { readonly name: string; readonly schema: JsonSchema; readonly required: boolean }[] =>
  Object.entries(def.shape).map(([name, field]) => ({
    name,
    schema: jsonSchema(field, use),
    required: !z.safeParse(field, undefined).success,
  }));
