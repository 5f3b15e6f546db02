import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import type { Commit } from "../../lib/core/log/commit.ts";
import type { StoredValue } from "../../lib/core/log/stored-value.ts";
import { underDefinition, type View } from "../../lib/core/view/view.ts";
import { fromJson } from "./examples.ts";
import { difference, rowsOf } from "./rows.ts";

const folder = import.meta.dirname;

const Committed = z.strictObject({
  view: z.string(),
  definition: z.int().check(z.minimum(1)),
  rows: z.record(z.string(), z.custom<StoredValue>()),
});

/** What a view made of the examples under one of its definitions, which some stage may still serve. */
export type CommittedRows = z.output<typeof Committed>;

/** Path of what a definition gives, below this folder: `<category>/<view>.<definition>.json`. */
export const pathOf = ({ domain, name, definition }: View): string =>
  `${domain.category}/${name}.${definition}.json`;

/** All of it, as it is committed. */
export const committedRows: readonly CommittedRows[] = readdirSync(folder, {
  recursive: true,
  encoding: "utf8",
})
  .filter((path) => /\.\d+\.json$/.test(path))
  .map((path) => Committed.parse(fromJson(readFileSync(join(folder, path), "utf8"))));

/** What was committed of a view under its definition. */
export const committedOf = (
  { name, definition }: View,
  committed: readonly CommittedRows[],
): CommittedRows | undefined =>
  committed.find((each) => each.view === name && each.definition === definition);

/** What is wrong with a view of today: nothing was committed of its definition. */
export const viewFault = (view: View, committed: readonly CommittedRows[]): string | undefined =>
  committedOf(view, committed)
    ? undefined
    : `Definition ${view.definition} of ${view.name} is not published: run \`npm run schemas\`.`;

const rowFault = (view: View, key: string, before: StoredValue, now: StoredValue | undefined) => {
  const { name, definition } = view;
  if (now === undefined) return [`${name} ${definition}: ${key} is no example any more.`];
  switch (difference(view, before, now)) {
    case undefined:
      return [];
    case "row":
      return [
        `Definition ${definition} of ${name} gives something else for ${key}: raise the number, and keep this one as \`previous\`.`,
      ];
    case "state":
      return [
        `The events up to ${key} fold to another state of ${name} than what is stored: give the state a new number, with a step to it.`,
      ];
  }
};

/** What is wrong with a committed definition, which the code has to know for as long as a stage may serve it. */
export const definitionFaults = (
  { view: name, definition, rows }: CommittedRows,
  views: readonly View[],
  examplesFor: (view: View) => readonly Commit[],
): readonly string[] => {
  const today = views.find((each) => each.name === name);
  if (!today) return [`There is no view ${name} any more: remove what was committed of it.`];
  const view = underDefinition(today, definition);
  if (!view)
    return [
      `Definition ${definition} of ${name} is gone: keep it as \`previous\`, and remove what was committed of it once every stage serves ${today.definition}.`,
    ];
  const now = rowsOf(view, examplesFor(view));
  const fresh = Object.keys(now).filter((key) => !Object.hasOwn(rows, key));
  return [
    ...Object.entries(rows).flatMap(([key, before]) => rowFault(view, key, before, now[key])),
    ...fresh.map((key) => `${name} ${definition} has no row for ${key}: run \`npm run schemas\`.`),
  ];
};
