import { expect, test } from "vitest";
import { eventsIn, namedMax, toldCommits } from "../../lambdas/told-commits.ts";
import { noteCommit, titled } from "../core/notes.ts";

const commitAt = (version: number, correlationId: string) =>
  noteCommit("note-1", version, [titled("a"), titled("b")], { correlationId });

test("a batch is told by its commits, and by the requests that they came from, each once", () => {
  const batch = [commitAt(1, "order-7"), commitAt(3, "order-7"), commitAt(5, "order-8")];
  expect(toldCommits(batch)).toEqual({
    commits: 3,
    named: ["note-1@1", "note-1@3", "note-1@5"],
    correlationIds: ["order-7", "order-8"],
  });
  expect(eventsIn(batch)).toBe(6);
});

test("a large batch does not make a long line", () => {
  const batch = Array.from({ length: 100 }, (_, index) => commitAt(1 + 2 * index, `r${index}`));
  const { commits, named, correlationIds } = toldCommits(batch);
  expect(commits).toBe(100);
  expect(named).toHaveLength(namedMax);
  expect(correlationIds).toHaveLength(namedMax);
});
