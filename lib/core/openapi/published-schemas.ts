import type { Domain } from "../domain/domain.ts";
import type { Lineage } from "../domain/lineage.ts";
import { type JsonSchema, jsonSchema } from "./json-schema.ts";

/** One published shape: what is stored under this number is of this shape, for good. */
export interface PublishedSchema {
  readonly category: string;
  /** An event's type, or `state`. */
  readonly type: string;
  readonly schema: number;
  readonly shape: JsonSchema;
}

/** What the state is published as; no event is called so, for their names begin with a capital. */
export const stateType = "state";

/** Everything of a domain that is stored under a schema number: its events by type, and its state. */
export const storedLineages = ({ events, state }: Domain): Readonly<Record<string, Lineage>> => ({
  ...events.lineages,
  [stateType]: state,
});

/** Every shape that the events and the state of these domains have ever had, oldest first. */
export const publishedSchemas = (domains: readonly Domain[]): readonly PublishedSchema[] =>
  domains.flatMap((domain) =>
    Object.entries(storedLineages(domain)).flatMap(([type, { past, schema, now }]) =>
      [...past, { schema, shape: now }].map((generation) => ({
        category: domain.category,
        type,
        schema: generation.schema,
        shape: jsonSchema(generation.shape, "stored"),
      })),
    ),
  );
