import { vi } from "vitest";
import { type Route, routeKey } from "../../lib/core/system/route.ts";
import { registry } from "../../lib/domains/index.ts";

const patternOf = ({ path }: Route): RegExp =>
  new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);

const patterns = registry.routes.map((route) => ({ route, pattern: patternOf(route) }));

// A route without a parameter goes before one that would take its name for one.
const routeOf = (method: string, path: string): Route | undefined =>
  patterns
    .filter(({ route, pattern }) => route.method === method && pattern.test(path))
    .map(({ route }) => route)
    .toSorted((left, right) => left.path.split("{").length - right.path.split("{").length)[0];

/** Notes which routes below a URL answer this process well; answers the routes that none did. */
export const noteAnswers = (url: string): (() => readonly string[]) => {
  const answered = new Set<string>();
  const original = globalThis.fetch;
  vi.stubGlobal("fetch", async (to: string, init: RequestInit = {}) => {
    const response = await original(to, init);
    const path = to.startsWith(url) ? to.slice(url.length).replace(/\?.*$/, "") : "";
    const route = response.ok ? routeOf(init.method ?? "GET", path) : undefined;
    if (route) answered.add(routeKey(route));
    return response;
  });
  return () => registry.routes.map(routeKey).filter((key) => !answered.has(key));
};
