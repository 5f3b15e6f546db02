import { EventBridgeClient } from "@aws-sdk/client-eventbridge";

/** Bounds of one call to the bus; attempts are the SDK's own, with its back-off. */
export const busClientBounds = { attemptsMax: 3, connectionMs: 1_000, requestMs: 3_000 } as const;

/** The bus' client of a process. */
export const createBusClient = (): EventBridgeClient =>
  new EventBridgeClient({
    maxAttempts: busClientBounds.attemptsMax,
    requestHandler: {
      connectionTimeout: busClientBounds.connectionMs,
      socketTimeout: busClientBounds.requestMs,
    },
  });
