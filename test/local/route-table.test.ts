import { expect, test } from "vitest";
import { pathSegments, routeTable } from "../../local/route-table.ts";

const at = (path: string, method = "GET" as const) => ({ method, path });

const find = (paths: readonly string[], path: string, method = "GET") => {
  const match = routeTable(paths.map((each) => at(each))).match(method, pathSegments(path));
  return match && [match.key, match.parameters];
};

test("a static segment wins over a parameter, whatever the order of the routes", () => {
  const paths = ["/views/{name}", "/views/balances"];
  expect(find(paths, "/views/balances")).toEqual(["GET /views/balances", {}]);
  expect(find(paths.toReversed(), "/views/balances")).toEqual(["GET /views/balances", {}]);
  expect(find(paths, "/views/vips")).toEqual(["GET /views/{name}", { name: "vips" }]);
});

test("a static segment that leads nowhere does not hide a parameter that does", () => {
  const paths = ["/{collection}/{id}/history", "/accounts/latest"];
  expect(find(paths, "/accounts/latest/history")).toEqual([
    "GET /{collection}/{id}/history",
    { collection: "accounts", id: "latest" },
  ]);
});

test("a parameter is never empty, and method and length have to fit", () => {
  const paths = ["/accounts/{id}"];
  expect(find(paths, "/accounts/")).toBeUndefined();
  expect(find(paths, "/accounts")).toBeUndefined();
  expect(find(paths, "/accounts/1/2")).toBeUndefined();
  expect(find(paths, "/accounts/1", "POST")).toBeUndefined();
});

test("a segment is decoded after the path was split", () => {
  expect(find(["/people/{sub}"], "/people/a%2Fb")).toEqual(["GET /people/{sub}", { sub: "a/b" }]);
  expect(find(["/.well-known/jwks.json"], "/%2Ewell-known/jwks.json")).toBeDefined();
});

test("two routes of one name are refused", () => {
  expect(() => routeTable([at("/a/{x}"), at("/a/{y}")])).toThrow(
    "Two routes are called GET /a/{y}",
  );
});
