import { type Route, routeKey } from "../lib/core/system/route.ts";

type Addressed = Pick<Route, "method" | "path">;

/** The route that fits a request, and what its parameters are. */
export interface RouteMatch<R> {
  readonly route: R;
  readonly key: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Routes by method and path. */
export interface RouteTable<R> {
  /** The route of a path whose segments are decoded; a static segment wins over a parameter. */
  match(method: string, segments: readonly string[]): RouteMatch<R> | undefined;
}

interface Node<R> {
  readonly statics: Map<string, Node<R>>;
  parameter?: Node<R>;
  leaf?: { readonly route: R; readonly key: string; readonly names: readonly string[] };
}

const newNode = <R>(): Node<R> => ({ statics: new Map() });

const isParameter = (segment: string): boolean => segment.startsWith("{") && segment.endsWith("}");

const childOf = <R>(node: Node<R>, segment: string): Node<R> => {
  if (isParameter(segment)) {
    node.parameter ??= newNode();
    return node.parameter;
  }
  const child = node.statics.get(segment) ?? newNode<R>();
  node.statics.set(segment, child);
  return child;
};

/** Segments of a path as it stands in a request line, decoded one by one; what cannot be decoded stays as it is. */
export const pathSegments = (path: string): readonly string[] =>
  path
    .split("/")
    .slice(1)
    .map((segment) => {
      if (!segment.includes("%")) return segment;
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    });

/** Builds the table; refuses two routes with one key. */
export const routeTable = <R extends Addressed>(routes: readonly R[]): RouteTable<R> => {
  const root = newNode<R>();
  for (const route of routes) {
    const segments = route.path.split("/").slice(1);
    const leaf = [route.method, ...segments].reduce(childOf<R>, root);
    const key = routeKey(route);
    if (leaf.leaf) throw new Error(`Two routes are called ${key}.`);
    leaf.leaf = {
      route,
      key,
      names: segments.filter(isParameter).map((name) => name.slice(1, -1)),
    };
  }
  const find = (
    node: Node<R>,
    segments: readonly string[],
    values: readonly string[],
  ): RouteMatch<R> | undefined => {
    const [segment, ...rest] = segments;
    if (segment === undefined) {
      if (!node.leaf) return undefined;
      const { route, key, names } = node.leaf;
      const entries = names.map((name, index) => [name, values[index] ?? ""]);
      return { route, key, parameters: Object.fromEntries(entries) };
    }
    const child = node.statics.get(segment);
    const found = child && find(child, rest, values);
    if (found || !node.parameter || segment === "") return found;
    return find(node.parameter, rest, [...values, segment]);
  };
  return { match: (method, segments) => find(root, [method, ...segments], []) };
};
