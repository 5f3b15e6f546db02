import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { connect, type MeteredClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createMeter } from "../../../lib/core/meter.ts";

/** DynamoDB as one operation speaks to it, with a meter at zero and connections of its own. */
export const meteredClient = (documents?: DynamoDBDocumentClient): MeteredClient =>
  connect(documents).metered(createMeter());
