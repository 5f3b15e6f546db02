import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { type Domain, subjectOf } from "../../lib/core/domain/domain.ts";
import type { Commit } from "../../lib/core/log/commit.ts";
import { foldCommit } from "../../lib/core/log/loaded.ts";
import type { StoredValue } from "../../lib/core/log/stored-value.ts";

/** Binary stands in a JSON file as it does under a commit's hash: `{ "": "<base64>" }`. */
const unmarked = (_: string, value: unknown): unknown => {
  if (typeof value !== "object" || value === null || !("" in value)) return value;
  return new Uint8Array(Buffer.from(String(value[""]), "base64"));
};

const marked = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? { "": Buffer.from(value).toString("base64") } : value;

/** Stored values as JSON. */
export const asJson = (value: unknown): string => `${JSON.stringify(value, marked, 2)}\n`;

/** What `asJson` has written. */
export const fromJson = (text: string): unknown => JSON.parse(text, unmarked);

const Stored = z.custom<StoredValue>((value) => value !== undefined);

const Examples = z.array(
  z.strictObject({
    stream: z.string(),
    commits: z.array(
      z.strictObject({
        time: z.iso.datetime(),
        actor: z.string(),
        owner: z.exactOptional(z.string()),
        people: z.array(z.string()),
        events: z.array(z.strictObject({ type: z.string(), schema: z.int(), data: Stored })),
      }),
    ),
  }),
);

const nothing = new Uint8Array();

/** The commits of a JSON text of examples, stream by stream; what no view looks at is left empty. */
export const commitsIn = (text: string): readonly Commit[] =>
  Examples.parse(fromJson(text)).flatMap(({ stream, commits }) => {
    let version = 1;
    return commits.map((commit): Commit => {
      const rest = { id: nothing, hash: nothing, correlationId: "", causationId: "" };
      const full = { ...commit, ...rest, stream, version, format: 1 as const, snapshotVersion: 0 };
      version += commit.events.length;
      return full;
    });
  });

/** The stored examples of a domain, `<category>/examples.json`; none when it has no file. */
export const examplesOf = ({ category }: Domain): readonly Commit[] => {
  try {
    return commitsIn(readFileSync(join(import.meta.dirname, category, "examples.json"), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
};

/** What the examples of a domain lack: an event of each shape, and owners who are the domain's. */
export const exampleFaults = (domain: Domain, commits: readonly Commit[]): readonly string[] => {
  const events = commits.flatMap((commit) => commit.events);
  const untold = Object.entries(domain.events.lineages).flatMap(([type, lineage]) =>
    Array.from({ length: lineage.schema }, (_, index) => index + 1)
      .filter((schema) => !events.some((each) => each.type === type && each.schema === schema))
      .map((schema) => `${domain.category} has no example of ${type} ${schema}.`),
  );
  const states = new Map<string, unknown>();
  const foreign = commits.flatMap((commit) => {
    const { stream, version, owner } = commit;
    const state = foldCommit(domain, states.get(stream) ?? domain.decider.initial, commit);
    states.set(stream, state);
    const expected = subjectOf(domain, state).owner;
    return expected === owner ? [] : [`${stream}@${version} is ${expected}'s, not ${owner}'s.`];
  });
  return [...untold, ...foreign];
};
