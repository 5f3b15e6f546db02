import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepDiscarded } from "../../local/failure-destination.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("keeps every batch that was given up, with its records, its place and the reason", async () => {
  const keep = keepDiscarded(join(home, "failures"), "projector");
  const record = (SequenceNumber: string) => ({
    eventSourceARN: "arn:stream/1",
    dynamodb: { SequenceNumber },
  });
  const records = [record("7"), record("8")];
  await keep({ reason: "7 is poison", records });
  await keep({ reason: "again", records: [record("9")] });
  const files = await readdir(join(home, "failures", "projector"));
  expect(files).toHaveLength(2);
  const [first = ""] = files.toSorted();
  const kept = JSON.parse(await readFile(join(home, "failures", "projector", first), "utf8"));
  expect(kept).toMatchObject({
    requestContext: { functionArn: "projector", condition: "RetryAttemptsExhausted" },
    reason: "7 is poison",
    DDBStreamBatchInfo: {
      startSequenceNumber: "7",
      endSequenceNumber: "8",
      batchSize: 2,
      streamArn: "arn:stream/1",
    },
    payload: { Records: records },
  });
});
