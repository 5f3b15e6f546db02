import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { clock } from "../lambdas/clock.ts";
import type { Clock } from "../lib/core/retry.ts";

/** Where a process of a contender runs, as far as it notices. */
export interface Surroundings {
  readonly clock: Clock;
  /** How many times slower than its clock says everything happens. */
  readonly slowness: number;
  /** Milliseconds of its clock that the store is away, there and back. */
  readonly distanceMs: number;
}

/** This machine as it is. */
export const here: Surroundings = { clock, slowness: 1, distanceMs: 0 };

/**
 * A store at a distance, in slow motion: processors take a share of the time as small as on many machines at once.
 * Clocks are slowed as well, so that whoever waits by the clock waits as long as it would.
 */
export const farAway = (distanceMs: number, slowness: number): Surroundings => {
  const began = Date.now();
  return {
    distanceMs,
    slowness,
    clock: {
      ...clock,
      now: () => began + Math.floor((Date.now() - began) / slowness),
      sleep: (ms) => clock.sleep(ms * slowness),
    },
  };
};

/** Puts a client at the distance of its surroundings: half of it before each request and half after, more or less. */
export const placed = <C extends DynamoDBClient | DynamoDBDocumentClient>(
  client: C,
  { distanceMs, slowness, clock: { random } }: Surroundings,
): C => {
  if (distanceMs === 0) return client;
  const { middlewareStack: stack }: Pick<DynamoDBClient, "middlewareStack"> = client;
  const way = () => sleep((distanceMs / 2) * slowness * (0.7 + 0.6 * random()));
  stack.add(
    (next) => async (args) => {
      await way();
      try {
        return await next(args);
      } finally {
        await way();
      }
    },
    { step: "deserialize", name: "distance", priority: "low" },
  );
  return client;
};
