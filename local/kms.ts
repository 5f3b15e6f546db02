import { join } from "node:path";
import { startAwsJson } from "./aws-json.ts";
import { openKeyFile } from "./kms-keys.ts";
import { kmsOperations } from "./kms-operations.ts";

/** Name of the file that holds the keys; who has it and the data can read every personal value. */
export const keyFileName = "kms.json";

/** Where the keys are kept. */
export interface KmsOptions {
  readonly dataDir: string;
}

/** A running local KMS. */
export interface LocalKms {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a look-alike of KMS on a free loopback port: real AES-256-GCM, encryption contexts, key
 * states with their errors, pending deletion and tags. Keys are on disk, for their owner only,
 * before an answer is given. Refuses to start on a file that it cannot read.
 */
export const startKms = async ({ dataDir }: KmsOptions): Promise<LocalKms> => {
  const keys = await openKeyFile(join(dataDir, keyFileName));
  const endpoint = await startAwsJson({
    target: "TrentService",
    contentType: "application/x-amz-json-1.1",
    bodyBytesMax: 1024 * 1024,
    operations: kmsOperations(keys),
  });
  return {
    url: endpoint.url,
    stop: async () => {
      await endpoint.stop();
      await keys.settled();
    },
  };
};
