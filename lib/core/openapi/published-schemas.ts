import type { Domain } from "../domain/domain.ts";
import { type JsonSchema, jsonSchema } from "./json-schema.ts";

/** One published shape of an event: what is stored under this number is of this shape, for good. */
export interface PublishedSchema {
  readonly category: string;
  readonly type: string;
  readonly schema: number;
  readonly shape: JsonSchema;
}

/** Every shape that the events of these domains have ever had, oldest first. */
export const publishedSchemas = (domains: readonly Domain[]): readonly PublishedSchema[] =>
  domains.flatMap(({ category, events }) =>
    Object.entries(events.lineages).flatMap(([type, { past, schema, now }]) =>
      [...past, { schema, shape: now }].map((generation) => ({
        category,
        type,
        schema: generation.schema,
        shape: jsonSchema(generation.shape, "stored"),
      })),
    ),
  );
