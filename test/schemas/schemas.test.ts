import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { publishedSchemas } from "../../lib/core/openapi/published-schemas.ts";
import { registry } from "../../lib/domains/index.ts";

const folder = import.meta.dirname;

const Published = z.strictObject({
  type: z.string(),
  schema: z.int(),
  shape: z.record(z.string(), z.unknown()),
  example: z.unknown(),
});

/** What was published, as it is committed: `<category>/<Type>.<number>.json`. */
const committed = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .map((path) => {
    const [category = ""] = path.split("/");
    return {
      category,
      path,
      ...Published.parse(JSON.parse(readFileSync(join(folder, path), "utf8"))),
    };
  });

const find = (category: string, type: string, schema: number) =>
  committed.find(
    (each) => each.category === category && each.type === type && each.schema === schema,
  );

describe("published event schemas", () => {
  test.each(publishedSchemas(registry.domains))(
    "$category $type $schema is as it was published",
    ({ category, type, schema, shape }) => {
      const known = find(category, type, schema);
      expect(known, "run `npm run schemas` to publish a new shape").toBeDefined();
      expect(shape).toEqual(known?.shape);
    },
  );

  test.each(committed)(
    "$path is still known, and its example decodes to today's shape",
    ({ category, type, schema, example }) => {
      const domain = registry.domains.find((each) => each.category === category);
      const lineage = domain?.events.lineages[type];
      expect(
        lineage,
        `${category} ${type} is gone: what is stored under it cannot be read`,
      ).toBeDefined();
      const { data } = domain?.events.read({ type, schema, data: example }) ?? {};
      expect(lineage?.now.safeParse(data).success).toBe(true);
    },
  );

  test("an event has every step from its first shape to today's", () => {
    for (const { category, events } of registry.domains)
      for (const [type, { schema }] of Object.entries(events.lineages)) {
        const numbers = Array.from({ length: schema }, (_, index) => index + 1);
        expect(numbers.filter((number) => find(category, type, number))).toEqual(numbers);
      }
  });
});
