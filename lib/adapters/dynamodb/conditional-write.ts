import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { Meter } from "../../core/meter.ts";

/** Waits for a conditional write of so many write units; false when its condition did not hold, which is charged. */
export const isWritten = async (
  meter: Meter,
  writeUnits: number,
  write: Promise<unknown>,
): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    meter.add({ writeUnits });
    return false;
  }
};
