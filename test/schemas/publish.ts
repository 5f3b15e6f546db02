import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openApi } from "../../lib/core/openapi/openapi.ts";
import {
  type PublishedSchema,
  publishedSchemas,
} from "../../lib/core/openapi/published-schemas.ts";
import { registry } from "../../lib/domains/index.ts";
import { committedSchemas, exampleFault, pathOf, shapeFault } from "./committed.ts";
import { exampleOf } from "./example.ts";

const root = join(import.meta.dirname, "../..");

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes a shape that is new, unless its own example cannot be read; what was published stands as it is. */
const publish = async (published: PublishedSchema): Promise<string | undefined> => {
  const { category, type, schema, shape } = published;
  const example = exampleOf(shape);
  const fault = exampleFault({ ...published, example }, registry.domains);
  if (fault !== undefined) return fault;
  const path = join(import.meta.dirname, pathOf(published));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, asJson({ type, schema, shape, example }), { flag: "wx" });
  process.stdout.write(`published  ${category} ${type} ${schema}\n`);
  return undefined;
};

const all = publishedSchemas(registry.domains);
const known = new Set(committedSchemas.map(pathOf));
const refused: string[] = [];
for (const each of all) {
  const fault = known.has(pathOf(each)) ? shapeFault(each, committedSchemas) : await publish(each);
  if (fault !== undefined) refused.push(fault);
}
await writeFile(join(root, "docs/openapi.json"), asJson(openApi(registry)));
process.stdout.write("wrote      docs/openapi.json\n");
for (const reason of refused) process.stderr.write(`refused    ${reason}\n`);
if (refused.length > 0) process.exit(1);
