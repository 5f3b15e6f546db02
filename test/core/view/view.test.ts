import { describe, expect, test } from "vitest";
import { underDefinition, unknownDefinition } from "../../../lib/core/view/view.ts";
import { diary } from "../../sample-views.ts";

const previous = { ...diary, definition: 1, entries: () => [] };
const view = { ...diary, definition: 2, previous };

describe("a view under one of its definitions", () => {
  test("is itself under today's, and what it was under the one before", () => {
    expect(underDefinition(view, 2)).toBe(view);
    expect(underDefinition(view, 1)).toBe(previous);
  });

  test.each([0, 3])("is unknown under definition %i", (definition) => {
    expect(underDefinition(view, definition)).toBeUndefined();
    expect(unknownDefinition(view, definition).message).toBe(
      `View diary was built by definition ${definition}, unknown here.`,
    );
  });
});
