import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { registry } from "../../lib/domains/index.ts";

/** What a domain is called: one stream of it, and all of them. */
export interface Names {
  /** Kind of stream, singular: `parcel`. */
  readonly name: string;
  /** Path segment, plural: `parcels`. */
  readonly collection: string;
}

/** A file of a new domain, by its path from the root. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

const templates: readonly (readonly [template: string, path: string])[] = [
  ["decider.ts.txt", "lib/domains/$name/$name.ts"],
  ["counts.ts.txt", "lib/domains/$name/counts.ts"],
  ["index.ts.txt", "lib/domains/$name/index.ts"],
  ["decider.test.ts.txt", "test/domains/$name/$name.test.ts"],
  ["counts.test.ts.txt", "test/domains/$name/counts.test.ts"],
  ["index.test.ts.txt", "test/domains/$name/index.test.ts"],
  ["examples.json.txt", "test/views/$name/examples.json"],
];

const textOf = (template: string): string =>
  readFileSync(join(import.meta.dirname, template), "utf8");

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const fill = (text: string, { name, collection }: Names): string =>
  text
    .replaceAll("$names", collection)
    .replaceAll("$Names", capital(collection))
    .replaceAll("$name", name)
    .replaceAll("$Name", capital(name))
    .replaceAll("$a", /^[aeiou]/.test(name) ? "an" : "a");

/**
 * The files of a new domain: events, commands, state and decider; a view; the declaration; a test of each; and examples
 * of its events as they are stored.
 */
export const newFiles = (names: Names): readonly NewFile[] =>
  templates.map(([template, path]) => ({
    path: fill(path, names),
    text: fill(textOf(template), names),
  }));

/** The text of the registry with one domain more; the formatter puts its lines in order. */
export const registered = (index: string, { name }: Names): string => {
  const added = index
    .replace(
      /^import \{ register \}.*\n/m,
      (line) => `${line}import ${name} from "./${name}/index.ts";\n`,
    )
    .replace(/register\(\[([^\]]*)\]\)/, (_, list: string) => {
      const known = list.split(",").map((each) => each.trim());
      return `register([${[...known, name].filter(Boolean).sort().join(", ")}])`;
    });
  if (added.split(name).length > index.split(name).length + 2) return added;
  throw new Error("lib/domains/index.ts does not look as it used to: add the domain by hand.");
};

// What the language keeps for itself, and names that say nothing of what is in a file.
const reserved = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof undefined var void while with yield arguments eval " +
    "common commons constants helper helpers lib local misc registry register shared tools types util utilities utils"
  ).split(" "),
);

/** True when the code of a new domain uses a word for something else. */
const isUsed = (word: string): boolean =>
  templates.some(
    ([template, path]) =>
      path.endsWith(".ts") && new RegExp(`\\b${word}\\b`).test(textOf(template)),
  );

const isTaken = (
  { domains, routes, tables }: typeof registry,
  { name, collection }: Names,
): boolean =>
  domains.some(({ category }) => category === name) ||
  routes.some(({ path }) => path.split("/")[1] === collection) ||
  tables.some((table) => [`view-${collection}`, `view-${name}-counts`].includes(table.name));

/** Why a domain cannot be called so; undefined when it can. */
export const whyNot = (known: typeof registry, names: Names): string | undefined => {
  const { name, collection } = names;
  if (!/^[a-z][a-z0-9]{1,29}$/.test(name))
    return `"${name}" must have 2 to 30 lower-case letters and digits, a letter first.`;
  if (!/^[a-z][a-z0-9-]{1,39}$/.test(collection))
    return `"${collection}" must have 2 to 40 lower-case letters, digits and hyphens, a letter first.`;
  if (name === collection) return `One ${name} and many ${collection} need different names.`;
  if (reserved.has(name) || isUsed(name) || isUsed(capital(name)))
    return `"${name}" means something else in the code of a domain.`;
  if (isTaken(known, names) || ["local", "views", "admin"].includes(collection))
    return `There are ${collection}, or something else of the name ${name}, already.`;
  return undefined;
};
