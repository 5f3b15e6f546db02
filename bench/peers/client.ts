import { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { Outcome } from "../contender.ts";
import { measured, type Tally } from "../measured.ts";
import { placed, type Surroundings } from "../surroundings.ts";

/** The client of one process of a peer, with as many attempts against a store in trouble as ours makes. */
export const createClient = (tally: Tally, surroundings: Surroundings): DynamoDB =>
  placed(measured(new DynamoDB({ maxAttempts: 3 }), tally), surroundings);

/** What became of a command, when its peer tells by this error that other writers were always faster. */
export const outcomeOf = async (
  command: Promise<unknown>,
  isCrowded: (error: unknown) => boolean,
): Promise<Outcome> => {
  try {
    await command;
    return "accepted";
  } catch (error) {
    if (isCrowded(error)) return "crowded";
    throw error;
  }
};
