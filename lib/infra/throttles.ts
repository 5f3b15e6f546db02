import { type Route, routeKey } from "../core/system/route.ts";

/** Requests a second, and at once, that are taken before the answer is 429. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

/** What a route takes that needs no limit of its own, unknown ones included. */
export const stageThrottle: Throttle = { rate: 1_000, burst: 2_000 };

/** Writes cost ten times what reads do. */
const commandThrottle: Throttle = { rate: 500, burst: 1_000 };

/** Anybody may call these, without a token. */
const openThrottle: Throttle = { rate: 50, burst: 100 };

/** Each call works on a whole person, or on a whole view. */
const heavyThrottle: Throttle = { rate: 10, burst: 20 };

/** The limit of a route; undefined for one that only the stage's own limit holds for. */
export const throttleOf = ({ path, handler, open }: Route): Throttle | undefined => {
  if (open) return openThrottle;
  if (handler === "people" || handler === "operations" || path.startsWith("/people/"))
    return heavyThrottle;
  return handler === "command" ? commandThrottle : undefined;
};

/** The routes' limits as the stage of an API wants them, by route key. */
export const routeSettings = (
  routes: readonly Route[],
): Readonly<Record<string, { ThrottlingRateLimit: number; ThrottlingBurstLimit: number }>> =>
  Object.fromEntries(
    routes.flatMap((route) => {
      const throttle = throttleOf(route);
      if (!throttle) return [];
      const { rate, burst } = throttle;
      return [[routeKey(route), { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }]];
    }),
  );
