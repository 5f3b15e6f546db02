import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { invocationOf } from "../../bin/everfold/arguments.ts";
import { commands } from "../../bin/everfold/everfold.ts";
import { logMetrics, ownMetrics } from "../../lib/core/system/metrics.ts";
import { files, sourcesIn, textOf } from "../sources.ts";

const runbooks = files.filter((path) => /^docs\/runbooks\/[a-z-]+\.md$/.test(path));
const pages = [...runbooks, "docs/runbooks/README.md", "docs/operations.md", "docs/security.md"];

const quotedIn = (paths: readonly string[], pattern: RegExp): readonly [string, string][] =>
  paths.flatMap((path) =>
    [...textOf(path).matchAll(pattern)].map(([, quoted = ""]): [string, string] => [path, quoted]),
  );

/** The words of a command line up to what a shell does with them; `<stream>` stands for one. */
const wordsOf = (line: string): readonly string[] =>
  line
    .replace(/<(\w+)>/g, "$1")
    .replace(/\s(#|>|<|\|).*$/, "")
    .replaceAll('"', "")
    .trim()
    .split(/\s+/);

describe("what the pages for operators say", () => {
  const called = quotedIn(pages, /npx everfold ((?:[^`\n;)]|\n {2})+)/g);

  test("is something: every page was read", () => {
    expect(runbooks.length).toBeGreaterThan(15);
    expect(called.length).toBeGreaterThan(25);
  });

  test.each(called)("%s: everfold %s is a call that the program takes", (_, line) => {
    expect(() => invocationOf(commands, wordsOf(line))).not.toThrow();
  });

  test.each(quotedIn(pages, /message = "([^"]+)"/g))("%s: a function logs %j", (_, message) => {
    const logging = sourcesIn("lambdas").filter((path) => textOf(path).includes(`"${message}"`));
    expect(logging).not.toEqual([]);
  });

  test("names metrics that are told, all of them, and who tells them", () => {
    const page = textOf("docs/operations.md");
    const named = [...page.matchAll(/^\| `([A-Z]\w+)` +\| (.+?) +\|/gm)].map(([, name, by]) => [
      name,
      by,
    ]);
    const told = Object.entries(ownMetrics).map(([name, { by }]) => [
      name,
      by.map((service) => `\`${service}\``).join(", "),
    ]);
    const counted = Object.entries(logMetrics).map(([name, log]) => [
      name,
      log === "command" ? "log of `command`" : log,
    ]);
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries([...told, ...counted]));
  });

  test("has a page for every alarm, and the list of alarms names all of them", () => {
    const index = textOf("docs/runbooks/README.md");
    const watches = sourcesIn("lib/infra").filter((path) => /\brunbook: "/.test(textOf(path)));
    const wanted = quotedIn(watches, /\brunbook: "([a-z-]+)"/g).map(([, name]) => name);
    expect(wanted.length).toBeGreaterThan(10);
    for (const name of wanted) {
      expect(runbooks).toContain(`docs/runbooks/${name}.md`);
      expect(index).toContain(`](${name}.md)`);
    }
  });

  test.each(quotedIn(pages, /\]\(([^)#:]+\.md)\)/g))(
    "%s: the link to %s leads somewhere",
    (from, to) => {
      expect(files).toContain(posix.join(posix.dirname(from), to));
    },
  );
});
