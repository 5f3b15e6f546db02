import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApi } from "../../../lib/core/openapi/openapi.ts";
import { routeKey } from "../../../lib/core/system/route.ts";
import { registry } from "../../../lib/domains/index.ts";

const committed: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../docs/openapi.json"), "utf8"),
);

const described = (): string[] => {
  const { paths } = openApi(registry);
  return Object.entries(paths ?? {}).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
};

test("every route is described, and nothing else", () => {
  expect(described().sort()).toEqual(registry.routes.map(routeKey).sort());
});

test("the committed description is today's", () => {
  expect(committed, "run `npm run schemas`").toEqual(JSON.parse(JSON.stringify(openApi(registry))));
});

test("rows of tallies say which of their sums are rounded, and those have no bounds", () => {
  const described = openApi(registry).paths ?? {};
  const listed = Object.entries(described).flatMap(([path, { get }]) => {
    const [answer] = Object.values(Object(get).responses?.["200"]?.content ?? {});
    const { properties } = Object(answer).schema?.properties?.items?.items ?? {};
    return properties?.rounded ? [[path, properties] as const] : [];
  });
  const paths = registry.routes.map(({ path }) => path);
  const tallies = registry.views
    .filter(({ kind }) => kind === "tally")
    .map(({ name }) => `/views/${name}`)
    .filter((path) => paths.includes(path));
  expect(tallies).toContain("/views/withdrawals");
  expect(listed.map(([path]) => path).sort()).toEqual(tallies.sort());
  for (const [, properties] of listed) expect(JSON.stringify(properties)).not.toContain("maximum");
});

test("only open routes need no token", () => {
  const { paths } = openApi(registry);
  const open = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      JSON.stringify(Object(operation).security) === "[]"
        ? [`${method.toUpperCase()} ${path}`]
        : [],
    ),
  );
  const expected = registry.routes.filter((route) => route.open).map(routeKey);
  expect(open.sort()).toEqual(expected.sort());
});
