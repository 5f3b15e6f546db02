import { S3Client } from "@aws-sdk/client-s3";

/** Bounds of one call of the object store; attempts are the SDK's own, with its back-off. */
export const objectClientBounds = {
  attemptsMax: 3,
  connectionMs: 1_000,
  requestMs: 10_000,
} as const;

/** The object store's client of a process. */
export const createObjectClient = (): S3Client =>
  new S3Client({
    maxAttempts: objectClientBounds.attemptsMax,
    requestHandler: {
      connectionTimeout: objectClientBounds.connectionMs,
      socketTimeout: objectClientBounds.requestMs,
    },
  });
