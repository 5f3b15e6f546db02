import { isTrouble, type KeyMaker } from "../lib/core/personal/key-service.ts";

/** Is told what became of a KMS key that a user was to have. */
export type TellOfKey = (outcome: "made" | "refused") => void;

/** Tells of each KMS key that is made for a user, and of each that the service does not make: too fast, or too many. */
export const toldKeys = (keys: KeyMaker, tell: TellOfKey): KeyMaker => ({
  ...keys,
  create: async (claim) => {
    try {
      const made = await keys.create(claim);
      if (made.own) tell("made");
      return made;
    } catch (error) {
      if (isTrouble(error, "throttled", "exhausted")) tell("refused");
      throw error;
    }
  },
});
