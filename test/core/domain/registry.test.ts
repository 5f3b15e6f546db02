import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import type { Message } from "../../../lib/core/domain/message.ts";
import { register } from "../../../lib/core/domain/registry.ts";
import { routeKey } from "../../../lib/core/system/route.ts";
import { systemTables } from "../../../lib/core/system/tables.ts";
import type { LedgerDeclaration } from "../../../lib/core/view/ledger-view.ts";
import type { TallyDeclaration } from "../../../lib/core/view/tally-view.ts";
import { viewQuery } from "../../../lib/core/view/view-query.ts";
import { jar } from "../../jar.ts";

const all = viewQuery(z.strictObject({}), { partition: () => "all" });
const notes: LedgerDeclaration<Message> = {
  kind: "ledger",
  name: "notes",
  definition: 1,
  entries: () => [],
  query: all,
};
const counts: TallyDeclaration<Message> = {
  kind: "tally",
  name: "counts",
  definition: 1,
  shards: 1,
  additions: () => [],
  query: { ...all, path: "/counts/{kind}" },
};
const silent: LedgerDeclaration<Message> = {
  kind: "ledger",
  name: "silent",
  definition: 1,
  entries: () => [],
};
const rich = { ...all, index: "rich" };
const own = { ...jar, lookups: { rich }, views: [notes, counts, silent] };
const other = { ...jar, category: "pot", collection: "pots" };
const registry = register([own, other]);
const keys = registry.routes.map(routeKey);

describe("what derives from the domains", () => {
  test("has the document view of each, and every other view", () => {
    const kinds = registry.views.map(({ kind, name }) => `${kind} ${name}`);
    expect(kinds).toEqual([
      "document jars",
      "ledger people-jars",
      "ledger notes",
      "tally counts",
      "ledger silent",
      "document pots",
      "ledger people-pots",
    ]);
  });

  test("binds each view to the domain that it follows", () => {
    const categories = registry.views.map(({ domain }) => domain.category);
    expect(categories).toEqual(["jar", "jar", "jar", "jar", "jar", "pot", "pot"]);
  });

  test("has a table for each view, beside those that there are whatever the domains", () => {
    const names = registry.tables.map(({ name }) => name);
    expect(names.slice(0, systemTables.length)).toEqual(systemTables.map(({ name }) => name));
    expect(names.slice(systemTables.length)).toEqual(
      registry.views.map(({ name }) => `view-${name}`),
    );
  });

  test("has a route for each command", () => {
    expect(keys).toEqual(expect.arrayContaining(["POST /jars/{id}/make", "POST /pots/{id}/pour"]));
    const make = registry.commands.find(({ path }) => path === "/jars/{id}/make");
    expect(make).toMatchObject({ handler: "command", name: "make", domain: { category: "jar" } });
  });

  test("has the routes that every collection has", () => {
    const paths = ["", "/{id}", "/{id}/history", "/{id}/integrity"].map((end) => `GET /jars${end}`);
    expect(keys).toEqual(expect.arrayContaining(paths));
    expect(registry.streamQueries.every(({ handler }) => handler === "query")).toBe(true);
  });

  test("has a route for each question to a view, under its own path if it names one", () => {
    const asked = registry.viewQueries.map((route) => [routeKey(route), route.view.name]);
    expect(asked).toEqual([
      ["GET /views/rich", "jars"],
      ["GET /views/notes", "notes"],
      ["GET /counts/{kind}", "counts"],
    ]);
  });

  test("leaves no route open but health and the description of the API", () => {
    const open = registry.routes.filter((route) => route.open);
    expect(open.map(routeKey)).toEqual(["GET /health", "GET /openapi.json"]);
  });

  test("addresses streams by the parameter that their domain names", () => {
    const key = { parameter: "title", perUser: true };
    const { routes } = register([{ ...jar, key }]);
    expect(routes.map(routeKey)).toContain("GET /jars/{title}/history");
    expect(routes.map(routeKey)).toContain("POST /jars/{title}/make");
  });

  test("knows the domain of a stream, and none for what it does not know", () => {
    expect(registry.domainOf("pot-a-1")).toBe(other);
    expect(registry.domainOf("jug-a")).toBeUndefined();
    expect(registry.domainOf("nonsense")).toBeUndefined();
  });
});

describe("a registration", () => {
  test.each([
    ["category", { ...other, category: "jar" }, "category jar"],
    ["collection", { ...other, collection: "jars" }, "table view-jars"],
    ["view", { ...other, views: [notes] }, "table view-notes"],
    ["route", { ...other, lookups: { rich } }, "route GET /views/rich"],
    ["table", { ...other, views: [{ ...notes, name: "jars" }] }, "table view-jars"],
  ])("refuses two of the same %s", (_, twin, text) => {
    expect(() => register([own, twin])).toThrow(`Two domains declare the ${text}.`);
  });
});
