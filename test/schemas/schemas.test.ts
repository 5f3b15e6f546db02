import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import type { Domain } from "../../lib/core/domain/domain.ts";
import { lineage } from "../../lib/core/domain/lineage.ts";
import { publishedSchemas, stateType } from "../../lib/core/openapi/published-schemas.ts";
import { registry } from "../../lib/domains/index.ts";
import { jar } from "../jar.ts";
import { type CommittedSchema, committedSchemas, exampleFault, shapeFault } from "./committed.ts";

describe("published schemas", () => {
  test.each(publishedSchemas(registry.domains))(
    "$category $type $schema is as it was published",
    (published) => {
      expect(shapeFault(published, committedSchemas)).toBeUndefined();
    },
  );

  test.each(committedSchemas)(
    "$category $type $schema is still known, and its example decodes to today's shape",
    (committed) => {
      expect(exampleFault(committed, registry.domains)).toBeUndefined();
    },
  );

  test("each domain has published its state", () => {
    const states = committedSchemas.filter(({ type }) => type === stateType);
    const categories = new Set(states.map(({ category }) => category));
    expect([...categories].sort()).toEqual(registry.domains.map(({ category }) => category).sort());
  });
});

const first = z.nullable(z.strictObject({ coins: z.int() }));
const second = z.nullable(z.strictObject({ coins: z.int(), lid: z.boolean() }));
const lift = (old: z.output<typeof first>) => old && { ...old, lid: false };

/** A domain of jars whose state is declared so. */
const withState = (state: Domain["state"]): Domain => ({ ...jar, state });

/** What a release with this state has published, with one example of each shape. */
const published = (state: Domain["state"], ...examples: readonly unknown[]): CommittedSchema[] =>
  publishedSchemas([withState(state)])
    .filter(({ type }) => type === stateType)
    .map((each, index) => ({ ...each, example: examples[index] }));

/** What is wrong with a state, beside what was published. */
const faultsOf = (state: Domain["state"], committed: readonly CommittedSchema[]): string[] => [
  ...publishedSchemas([withState(state)])
    .filter(({ type }) => type === stateType)
    .flatMap((each) => shapeFault(each, committed) ?? []),
  ...committed.flatMap((each) => exampleFault(each, [withState(state)]) ?? []),
];

describe("a changed state", () => {
  const before = published(lineage(first), { coins: 3 });
  const after = published(lineage(first).next(second, lift), { coins: 3 }, null);

  test("has a number of its own and a step that leads to it", () => {
    expect(faultsOf(lineage(first).next(second, lift), after)).toEqual([]);
  });

  test.each<[string, Domain["state"], readonly CommittedSchema[], string]>([
    ["kept its number", lineage(second), before, "state 1 was published in another shape"],
    ["is not published", lineage(first).next(second, lift), before, "state 2 is not published"],
    ["lost a step", lineage(second), after, "Schema 2 is unknown here"],
    ["lost its last shape", lineage(first), after, "Schema 2 is unknown here"],
    [
      "has a step that gives another shape",
      lineage(first).next(second, (old) => old && { ...old, lid: Number.NaN as never }),
      after,
      "state 1 cannot be read",
    ],
  ])("is found when it %s", (_, state, committed, fault) => {
    expect(faultsOf(state, committed).join()).toContain(fault);
  });

  test("of a domain that is gone is found", () => {
    expect(after.map((each) => exampleFault(each, []))).toEqual(
      after.map(() => "jar state is gone: what is stored under it cannot be read."),
    );
  });
});
