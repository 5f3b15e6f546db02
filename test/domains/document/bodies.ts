import fc from "fast-check";

const line = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("a", "b", "") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "-- a",
      "++ b",
      "--- a",
      "+++ b",
      "- a",
      "+ b",
      " ",
      "@@ -1 +1 @@",
      "@@ -1,2 +1,2 @@",
      "\\ No newline at end of file",
      "Index: x",
      "diff --git a/x b/x",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constantFrom("\u2028", "\u0085", "\f", "\v", "\r", "\u0000", "😀") },
);
const end = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r", "");

/** Any body: few lines, so that two have some in common; lines that look like parts of a diff; every line end. */
export const body: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(line, end).map((parts) => parts.join("")),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(""));
