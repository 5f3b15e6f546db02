import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { registry } from "../../lib/domains/index.ts";
import { issuerRoutes, metricsRoute } from "../../local/local-routes.ts";
import { files, textOf } from "../sources.ts";
import { anchorsIn, blocksIn, linksIn, pages } from "./markdown.ts";

const exists = (path: string): boolean =>
  files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`));

/** Links of a page that lead nowhere. */
const brokenIn = (page: string, text = textOf(page)): readonly string[] =>
  linksIn(text).filter((link) => {
    const [target = "", anchor] = link.split("#");
    const path = target === "" ? page : posix.join(posix.dirname(page), target);
    if (!exists(path)) return true;
    return anchor !== undefined && !anchorsIn(textOf(path)).includes(anchor);
  });

describe("a link", () => {
  test.each(pages)("in %s leads somewhere", (page) => {
    expect(brokenIn(page)).toEqual([]);
  });

  test("that leads nowhere is found", () => {
    const text = "[a](access.md) [b](no-such.md) [c](access.md#no-such) [d](../lib/core) [e](#no)";
    expect(brokenIn("docs/client.md", text)).toEqual(["no-such.md", "access.md#no-such", "#no"]);
  });
});

const local = [
  ...issuerRoutes({ jwks: { keys: [] }, issue: async () => "" } as never),
  metricsRoute({ report: () => [] }),
];
const known = [...registry.routes, ...local];

/** Method and path of each call to the local host that a text makes with curl. */
const callsIn = (text: string): readonly (readonly [method: string, path: string])[] =>
  text
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .flatMap((line) => {
      const [, path] = /curl .*?localhost:3000(\/[^\s"'?]*)/.exec(line) ?? [];
      if (path === undefined) return [];
      const [, method = / -d /.test(line) ? "POST" : "GET"] = / -X ?(\w+)/.exec(line) ?? [];
      return [[method, path] as const];
    });

const isKnown = ([method, path]: readonly [string, string]): boolean =>
  known.some(
    (route) =>
      route.method === method &&
      new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[A-Za-z0-9_-]{1,64}")}$`).test(path),
  );

describe("a call with curl", () => {
  const shell = pages.flatMap((page) => blocksIn(page)).filter(({ language }) => language === "sh");

  test("goes to a route that there is", () => {
    const calls = shell.flatMap(({ text }) => callsIn(text));
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter((call) => !isKnown(call))).toEqual([]);
  });

  test("to a route that there is not is found", () => {
    const text = [
      "curl -s localhost:3000/accounts/first/deposit -d '{}'",
      "curl -s localhost:3000/accounts/first/deposit",
      'curl -s "localhost:3000/accounts/first?version=1"',
      "curl -s localhost:3000/accounts/first/rob \\\n  -d '{}'",
    ].join("\n");
    expect(callsIn(text).map(isKnown)).toEqual([true, false, true, false]);
  });
});

test("what a page says to run is there", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  const said = pages.flatMap((page) =>
    [...textOf(page).matchAll(/npm (?:run ([a-z:-]+)|(start|test)\b)/g)].flatMap(
      ([, script, short]) => script ?? short ?? [],
    ),
  );
  expect(said).toContain("new-domain");
  expect([...new Set(said)].filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
});
