import { Logger } from "@aws-lambda-powertools/logger";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { commitOf } from "../lib/adapters/dynamodb/stream-record.ts";
import { createBus } from "../lib/adapters/eventbridge/bus.ts";
import { createBusClient } from "../lib/adapters/eventbridge/client.ts";
import { publish } from "../lib/core/bus/publish.ts";
import { registry } from "../lib/domains/index.ts";
import { clock } from "./clock.ts";
import { environment } from "./environment.ts";

const logger = new Logger();
const bus = createBus(createBusClient(), environment("EVENT_BUS_NAME"), clock);

/** Publishes what was committed; a batch goes on from the first record whose commit was not published whole. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const records = Records.flatMap(({ dynamodb, ...record }) => {
    const commit = commitOf({ dynamodb, ...record });
    if (!commit) logger.error("The event table was changed.", { keys: dynamodb?.Keys });
    return commit ? [{ commit, sequenceNumber: dynamodb?.SequenceNumber }] : [];
  });
  const failures = await publish(
    { bus, domainOf: registry.domainOf },
    records.map(({ commit }) => commit),
  );
  for (const { commit, cause } of failures) {
    const { stream, version } = commit;
    logger.error("A commit was not published.", { stream, version, error: cause });
  }
  const failed = new Set(failures.map(({ commit }) => commit));
  const first = records.find(({ commit }) => failed.has(commit));
  const itemIdentifier = first?.sequenceNumber;
  return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
};
