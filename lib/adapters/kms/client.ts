import { KMSClient } from "@aws-sdk/client-kms";

/** Bounds of one call of the key service. */
export const kmsBounds = { connectionMs: 1_000, requestMs: 2_000 } as const;

/**
 * The key service's client of a process. It tries once: a repeated CreateKey would make two keys,
 * so that core, which knows what may be repeated, repeats.
 */
export const createKmsClient = (): KMSClient =>
  new KMSClient({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: kmsBounds.connectionMs,
      socketTimeout: kmsBounds.requestMs,
    },
  });
