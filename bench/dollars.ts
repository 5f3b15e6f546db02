import type { Usage } from "../lib/core/meter.ts";

/**
 * What a million units cost on demand: US dollars, us-east-1, standard table class, as AWS's price list had them in
 * November 2026. Half of these since November 2024; other Regions cost up to twice as much.
 */
export const dollarsPerMillion = { writeUnits: 0.625, readUnits: 0.125 } as const;

/** What a million times this usage costs, in US dollars. */
export const dollars = ({ readUnits, writeUnits }: Omit<Usage, "roundTrips">): number =>
  readUnits * dollarsPerMillion.readUnits + writeUnits * dollarsPerMillion.writeUnits;
