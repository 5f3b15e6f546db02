import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { View } from "../../lib/core/view/view.ts";
import { registry } from "../../lib/domains/index.ts";
import {
  type CommittedRows,
  committedOf,
  committedRows,
  definitionFaults,
  pathOf,
} from "./committed.ts";
import { asJson, examplesOf } from "./examples.ts";
import { rowsOf } from "./rows.ts";

/** What a definition gives for examples that are new to it; what was committed before stands as it is. */
const withNews = (view: View, before: CommittedRows | undefined): CommittedRows => {
  const rows = { ...rowsOf(view, examplesOf(view.domain)), ...before?.rows };
  return { view: view.name, definition: view.definition, rows };
};

const publish = async (view: View): Promise<CommittedRows> => {
  const before = committedOf(view, committedRows);
  const after = withNews(view, before);
  const count = Object.keys(after.rows).length - Object.keys(before?.rows ?? {}).length;
  if (before && count === 0) return after;
  const path = join(import.meta.dirname, pathOf(view));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, asJson(after));
  process.stdout.write(`published  ${view.name} ${view.definition}: ${count} rows\n`);
  return after;
};

const known = registry.views.flatMap((view): View[] =>
  view.previous && committedOf(view.previous, committedRows) ? [view, view.previous] : [view],
);
const published = await Promise.all(known.map(publish));
const isKnown = ({ view, definition }: CommittedRows): boolean =>
  published.some((each) => each.view === view && each.definition === definition);
const refused = [...published, ...committedRows.filter((each) => !isKnown(each))].flatMap((each) =>
  definitionFaults(each, registry.views, ({ domain }) => examplesOf(domain)),
);
for (const reason of refused) process.stderr.write(`refused    ${reason}\n`);
if (refused.length > 0) process.exit(1);
