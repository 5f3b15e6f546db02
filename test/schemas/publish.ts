import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openApi } from "../../lib/core/openapi/openapi.ts";
import {
  type PublishedSchema,
  publishedSchemas,
} from "../../lib/core/openapi/published-schemas.ts";
import { registry } from "../../lib/domains/index.ts";
import { exampleOf } from "./example.ts";

const root = join(import.meta.dirname, "../..");

const read = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
};

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes a schema that is new; answers what is wrong with one that was published in another shape. */
const publish = async (published: PublishedSchema): Promise<string | undefined> => {
  const { category, type, schema, shape } = published;
  const path = join(root, "test/schemas", category, `${type}.${schema}.json`);
  const known = await read(path);
  if (known === undefined) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, asJson({ type, schema, shape, example: exampleOf(shape) }));
    process.stdout.write(`published  ${category} ${type} ${schema}\n`);
    return undefined;
  }
  const before: { shape?: unknown } = JSON.parse(known);
  return asJson(before.shape) === asJson(shape)
    ? undefined
    : `${category} ${type} ${schema} was published in another shape: add a new one with \`next\`.`;
};

const refused = (await Promise.all(publishedSchemas(registry.domains).map(publish))).flatMap(
  (reason) => reason ?? [],
);
await writeFile(join(root, "docs/openapi.json"), asJson(openApi(registry)));
process.stdout.write("wrote      docs/openapi.json\n");
for (const reason of refused) process.stderr.write(`refused    ${reason}\n`);
if (refused.length > 0) process.exit(1);
