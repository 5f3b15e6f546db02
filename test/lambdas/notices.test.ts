import { marshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { expect, test } from "vitest";
import { commitsAmong, noticesIn } from "../../lambdas/notices.ts";
import { lambdaRecord } from "../../local/stream-record.ts";
import { sampleCommit } from "../sample-commit.ts";

const commit = sampleCommit("jar-a");
const image = marshall(commit);
const recordOf = (
  eventName: "INSERT" | "MODIFY",
  NewImage: typeof image,
  SequenceNumber: string,
): DynamoDBRecord => {
  const { stream, version } = image;
  if (!stream || !version) throw new Error("A commit has no key.");
  const dynamodb = { Keys: { stream, version }, NewImage, SequenceNumber };
  return lambdaRecord({ eventName, dynamodb }, "arn:aws:dynamodb:stream");
};
const batch = {
  Records: [
    recordOf("INSERT", { stream: { S: "jar-a" }, version: { N: "1" } }, "1"),
    recordOf("MODIFY", image, "2"),
    recordOf("INSERT", image, "3"),
  ],
};

test("a batch tells of each record's stream, one that cannot be read included", () => {
  const logged: string[] = [];
  const logger = { error: (message: string) => void logged.push(message) };
  const notices = noticesIn(logger, batch);
  expect(notices).toEqual([
    { stream: "jar-a", sequenceNumber: "1", of: "unreadable" },
    { stream: "jar-a", sequenceNumber: "2", of: "changed" },
    { stream: "jar-a", sequenceNumber: "3", of: commit },
  ]);
  expect(commitsAmong(notices)).toEqual([commit]);
  expect(logged).toEqual(["A commit could not be read.", "The event table was changed."]);
});
