import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { documentView } from "../../lib/core/view/document-view.ts";
import type { LedgerView } from "../../lib/core/view/ledger-view.ts";
import type { View } from "../../lib/core/view/view.ts";
import { registry } from "../../lib/domains/index.ts";
import { Event, jar, State } from "../jar.ts";
import { diary, jarViews, purses } from "../sample-views.ts";
import { type CommittedRows, committedRows, definitionFaults, viewFault } from "./committed.ts";
import { asJson, commitsIn, exampleFaults, examplesOf, fromJson } from "./examples.ts";
import { gaps, rowsOf } from "./rows.ts";

describe("a view", () => {
  test.each(registry.views)("$name has published what its definition gives", (view) => {
    expect(viewFault(view, committedRows)).toBeUndefined();
  });

  test.each(committedRows)(
    "$view gives under definition $definition what it gave when that was published",
    (committed) => {
      const faults = definitionFaults(committed, registry.views, (view) => examplesOf(view.domain));
      expect(faults).toEqual([]);
    },
  );

  test.each(registry.views)("$name has rows of the examples, and entries of each index", (view) => {
    expect(gaps(view, rowsOf(view, examplesOf(view.domain)))).toEqual([]);
  });
});

test.each(registry.domains)(
  "the examples of $category tell every shape of its events, and whose each stream is",
  (domain) => {
    expect(exampleFaults(domain, examplesOf(domain))).toEqual([]);
  },
);

const commit = (...events: readonly Event[]) => ({
  time: "2026-11-01T12:00:00.000Z",
  actor: "ann",
  owner: "ann",
  people: ["ann"],
  events: events.map((event) => ({ ...event, schema: 1 })),
});
const made = Event.Made({ ownerId: "ann", coins: 3 });
const told = [commit(made), commit(Event.CoinsPut({ coins: 7 }), Event.CoinsTaken({ coins: 1 }))];
const examples = commitsIn(asJson([{ stream: "jar-1", commits: told }]));

/** What a release with these views has published. */
const published = (...views: readonly View[]): CommittedRows[] =>
  views.map((view) => {
    const rows = fromJson(asJson(rowsOf(view, examples)));
    return { view: view.name, definition: view.definition, rows: rows as CommittedRows["rows"] };
  });

/** What is wrong with views of the code, beside what was published. */
const faultsOf = (
  views: readonly View[],
  committed: readonly CommittedRows[],
  now = examples,
): readonly string[] => [
  ...views.flatMap((view) => viewFault(view, committed) ?? []),
  ...committed.flatMap((each) => definitionFaults(each, views, () => now)),
];

const changed: LedgerView = { ...diary, entries: () => [] };
const raised: LedgerView = { ...changed, definition: 2, previous: diary };
const jarOf = (more: Partial<typeof jar>) => documentView({ ...jar, ...more });

describe("a changed view", () => {
  test("has a number of its own, and the definition before it beside it", () => {
    expect(faultsOf(jarViews, published(...jarViews))).toEqual([]);
    expect(faultsOf([raised], published(diary, raised))).toEqual([]);
  });

  test("may leave the old definition once nothing is committed of it", () => {
    const { previous: _, ...alone } = raised;
    expect(faultsOf([alone], published(alone))).toEqual([]);
  });

  test.each<[string, View, readonly CommittedRows[], string]>([
    ["kept its number", changed, published(diary), "diary gives something else for jar-1@1"],
    ["is not published", raised, published(diary), "Definition 2 of diary is not published"],
    [
      "has lost its definition before",
      { ...changed, definition: 2 },
      published(diary, raised),
      "Definition 1 of diary is gone",
    ],
    [
      "has changed its definition before",
      { ...raised, previous: changed },
      published(diary, raised),
      "Definition 1 of diary gives something else for jar-1@2",
    ],
    [
      "is found elsewhere, as a document",
      jarOf({ index: () => ({ rich: { partition: "everybody", sort: 1 } }) }),
      published(documentView(jar)),
      "Definition 1 of jars gives something else for jar-1@1",
    ],
    ["is gone", purses, published(diary, purses), "There is no view diary any more"],
  ])("is found when it %s", (_, view, committed, fault) => {
    expect(faultsOf([view], committed).join()).toContain(fault);
  });

  test("is compared on all examples, and on those that it was published with", () => {
    const more = [...told, commit(Event.Filled({ from: "2", coins: 1 }))];
    const later = commitsIn(asJson([{ stream: "jar-1", commits: more }]));
    expect(faultsOf([diary], published(diary), later)).toEqual([
      "diary 1 has no row for jar-1@4: run `npm run schemas`.",
    ]);
    const fewer = commitsIn(asJson([{ stream: "jar-1", commits: [commit(made)] }]));
    expect(faultsOf([diary], published(diary), fewer)).toContain(
      "diary 1: jar-1@2 is no example any more.",
    );
  });

  test("does not need a number for being spread otherwise", () => {
    expect(faultsOf([{ ...purses, shards: 9 }], published(purses))).toEqual([]);
  });
});

describe("the state that a document keeps", () => {
  const Lidded = z.nullable(z.extend(State.now.def.innerType, { lid: z.boolean() }));
  const lidded = State.next(Lidded, (old) => old && { ...old, lid: false });
  const kept = published(documentView(jar));

  /** The jar's own fold, by which the lid is on or not. */
  const withLid =
    (isOn: (event: { readonly type: string }) => boolean): typeof jar.decider.evolve =>
    (state, event, at) => {
      const { lid: _, ...before } = Object(state);
      const after = jar.decider.evolve(state && before, event, at);
      return after && Object.assign({}, after, { lid: isOn(event) });
    };
  const jarsBy = (evolve: typeof jar.decider.evolve, state: typeof jar.state) =>
    jarOf({ decider: { ...jar.decider, evolve }, state });

  test("may get another shape, by a step that gives what the events give", () => {
    const jars = jarsBy(
      withLid(() => false),
      lidded,
    );
    expect(kept[0]?.rows).toMatchObject({ "jar-1@1": { state: { schema: 1 } } });
    expect(rowsOf(jars, examples)).toMatchObject({ "jar-1@1": { state: { schema: 2 } } });
    expect(faultsOf([jars], kept)).toEqual([]);
  });

  test("is found where its step gives something else", () => {
    const jars = jarsBy(
      withLid(({ type }) => type === "CoinsTaken"),
      lidded,
    );
    expect(faultsOf([jars], kept)).toEqual([
      expect.stringContaining("The events up to jar-1@2 fold to another state of jars"),
    ]);
  });

  test("is found where the events fold to another one under the same number", () => {
    const forgetful: typeof jar.decider.evolve = (state, event, at) =>
      event.type === "CoinsPut" ? state : jar.decider.evolve(state, event, at);
    expect(faultsOf([jarsBy(forgetful, jar.state)], kept)).toEqual([
      expect.stringContaining("give the state a new number"),
    ]);
  });
});

describe("examples", () => {
  test("that lack a shape, or name another owner, are found", () => {
    const foreign = commitsIn(
      asJson([{ stream: "jar-1", commits: [{ ...commit(made), owner: "ben" }] }]),
    );
    expect(exampleFaults(jar, foreign)).toEqual(
      expect.arrayContaining(["jar has no example of Poured 1.", "jar-1@1 is ann's, not ben's."]),
    );
    expect(exampleFaults(jar, examples)).not.toContain("jar has no example of Made 1.");
  });

  test("that leave a view without rows, or an index without entries, are found", () => {
    expect(gaps(changed, rowsOf(changed, examples))).toEqual(["No example gives diary a row."]);
    const poor = commitsIn(asJson([{ stream: "jar-1", commits: [commit(made)] }]));
    const jars = documentView(jar);
    expect(gaps(jars, rowsOf(jars, poor))).toEqual([
      "No example is found by the index rich of jars.",
    ]);
  });
});
