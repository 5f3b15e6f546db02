import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { countRefusedWrite } from "./client.ts";

/** Waits for a conditional write of so many write units; false when its condition did not hold. */
export const isWritten = async (writeUnits: number, write: Promise<unknown>): Promise<boolean> => {
  try {
    await write;
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    countRefusedWrite(writeUnits);
    return false;
  }
};
