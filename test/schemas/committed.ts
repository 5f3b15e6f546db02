import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod/mini";
import type { Domain } from "../../lib/core/domain/domain.ts";
import { type PublishedSchema, storedLineages } from "../../lib/core/openapi/published-schemas.ts";

const folder = import.meta.dirname;

const Committed = z.strictObject({
  type: z.string(),
  schema: z.int(),
  shape: z.record(z.string(), z.unknown()),
  example: z.unknown(),
});

/** A shape as it was published, and something that was stored in it. */
export interface CommittedSchema extends z.output<typeof Committed> {
  readonly category: string;
}

/** Path of a published shape below this folder: `<category>/<type>.<number>.json`. */
export const pathOf = ({
  category,
  type,
  schema,
}: Pick<PublishedSchema, "category" | "type" | "schema">): string =>
  `${category}/${type}.${schema}.json`;

/** Everything that was ever published, as it is committed. */
export const committedSchemas: readonly CommittedSchema[] = readdirSync(folder, {
  recursive: true,
  encoding: "utf8",
})
  .filter((path) => path.endsWith(".json"))
  .map((path) => {
    const [category = ""] = path.split(/[/\\]/);
    return { category, ...Committed.parse(JSON.parse(readFileSync(join(folder, path), "utf8"))) };
  });

/** What is wrong with a shape of the code, beside what was published under its number. */
export const shapeFault = (
  published: PublishedSchema,
  committed: readonly CommittedSchema[],
): string | undefined => {
  const { category, type, schema, shape } = published;
  const known = committed.find((each) => pathOf(each) === pathOf(published));
  if (!known) return `${category} ${type} ${schema} is not published: run \`npm run schemas\`.`;
  return isDeepStrictEqual(known.shape, JSON.parse(JSON.stringify(shape)))
    ? undefined
    : `${category} ${type} ${schema} was published in another shape: add a new one with \`next\`.`;
};

/** Why what was stored in a published shape cannot be read by these domains any more. */
export const exampleFault = (
  { category, type, schema, example }: CommittedSchema,
  domains: readonly Domain[],
): string | undefined => {
  const domain = domains.find((each) => each.category === category);
  const lineage = domain && storedLineages(domain)[type];
  if (!lineage) return `${category} ${type} is gone: what is stored under it cannot be read.`;
  try {
    const read = lineage.read(schema, example);
    const { success } = z.safeParse(lineage.now, read);
    return success ? undefined : `${category} ${type} ${schema} is not read in today's shape.`;
  } catch (error) {
    return `${category} ${type} ${schema} cannot be read: ${String(error)}`;
  }
};
