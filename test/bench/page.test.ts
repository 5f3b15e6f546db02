import { describe, expect, test } from "vitest";
import type { Findings } from "../../bench/benchmark.ts";
import { benchmarks } from "../../bench/benchmarks.ts";
import { withFindings } from "../../bench/page.ts";
import { textOf } from "../sources.ts";

const occasion = { date: "2026-11-25", machine: "2 × abacus" };
const findings: Findings = {
  tables: [
    {
      title: "Beads",
      columns: ["side", "beads | minute"],
      rows: [["ours", "7"]],
      remarks: ["One.", "Two."],
    },
  ],
  targets: [
    { promise: "at least 7 beads", seen: "7", isMet: true },
    { promise: "at least 8 beads", seen: "7", isMet: false },
  ],
};
const page = "# Page\n\n<!-- begin beads -->\n\nold\n\n<!-- end beads -->\n\nrest\n";

describe("a page", () => {
  test("gets new findings in the place of the old ones, and keeps the rest", () => {
    expect(withFindings(page, { name: "beads" }, findings, occasion)).toBe(
      `# Page

<!-- begin beads -->

Measured on 2026-11-25: 2 × abacus. To repeat: \`npm run bench -- --only beads\`.

**Beads.**

| side | beads \\| minute |
| --- | --- |
| ours | 7 |

One. Two.

- met: at least 7 beads; seen: 7
- missed: at least 8 beads; seen: 7

<!-- end beads -->

rest
`,
    );
  });

  test("that gets the same findings again stays as it is", () => {
    const once = withFindings(page, { name: "beads" }, findings, occasion);
    expect(withFindings(once, { name: "beads" }, findings, occasion)).toBe(once);
  });

  test("without a place for them is refused", () => {
    expect(() => withFindings("# Page\n", { name: "beads" }, findings, occasion)).toThrow(
      "no place for beads",
    );
  });

  test.each(benchmarks.map(({ name }) => name))("of the docs has a place for %s", (name) => {
    const text = withFindings(textOf("docs/benchmarks.md"), { name }, findings, occasion);
    expect(text).toContain("2 × abacus");
  });
});
