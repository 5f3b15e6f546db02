import { DescribeStreamCommand, type DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
