import { expect, test } from "vitest";
import { toldAppends } from "../../lambdas/told-appends.ts";
import { jarHistory } from "../jar-history.ts";
import { createMemoryEventStore } from "../memory-event-store.ts";

test("every attempt to add to the log is told of, refused ones too, and reads are not", async () => {
  const [first] = jarHistory("a", [1]).commits;
  if (!first) throw new Error("The history is empty.");
  let attempts = 0;
  const store = toldAppends(createMemoryEventStore(), () => {
    attempts += 1;
  });
  expect(await store.append([first])).toEqual({ outcome: "written" });
  expect(await store.append([first])).toMatchObject({ outcome: "conflict" });
  expect(await store.tail("jar-a", { limit: 4, consistent: true })).toHaveLength(1);
  expect(attempts).toBe(2);
});
