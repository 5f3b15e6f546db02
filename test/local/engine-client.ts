import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const connection = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** A client of the engine at this address, whatever the environment says. */
export const tablesAt = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient(connection(endpoint));

/** A client of the streams of the engine at this address. */
export const streamsAt = (endpoint: string): DynamoDBStreamsClient =>
  new DynamoDBStreamsClient(connection(endpoint));
