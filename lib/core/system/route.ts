/** Names of the functions that answer HTTP requests; `lambdas/<name>.ts` is the entry point of each. */
export type HttpFunction = "command" | "query" | "people" | "operations";

/** One HTTP route as data: the stack, the local gateway and the OpenAPI page all read it. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** API Gateway's form: `/accounts/{id}/deposit`. */
  readonly path: string;
  readonly handler: HttpFunction;
  /** True: reachable without a token. */
  readonly open?: boolean;
}

/** API Gateway's name of a route: `POST /accounts/{id}/deposit`. */
export const routeKey = (route: Pick<Route, "method" | "path">): string =>
  `${route.method} ${route.path}`;
