import { Logger } from "@aws-lambda-powertools/logger";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { commitOf } from "../lib/adapters/dynamodb/stream-record.ts";
import { project } from "../lib/core/project.ts";
import { registry } from "../lib/domains/index.ts";
import { readPorts } from "./read-ports.ts";

const logger = new Logger();
const ports = { ...readPorts(createDocumentClient()), views: registry.views };

const streamOf = ({ dynamodb }: DynamoDBRecord): string | undefined => dynamodb?.Keys?.stream?.S;

/** Applies what was committed to every view; a batch goes on from the first record whose stream failed. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
  const commits = Records.flatMap((record) => {
    const commit = commitOf(record);
    if (!commit) logger.error("The event table was changed.", { keys: record.dynamodb?.Keys });
    return commit ? [commit] : [];
  });
  const failures = await project(ports, commits);
  for (const { view, stream, cause } of failures)
    logger.error("A view could not take in a stream.", { view, stream, error: cause });
  const failed = new Set(failures.map(({ stream }) => stream));
  const first = Records.find((record) => failed.has(streamOf(record) ?? ""));
  const itemIdentifier = first?.dynamodb?.SequenceNumber;
  return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
};
