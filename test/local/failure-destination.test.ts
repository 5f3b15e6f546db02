import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CreatedObject, keepDiscarded } from "../../local/failure-destination.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

test("keeps every batch that was given up, with its records, its place and the reason", async () => {
  const created: CreatedObject[] = [];
  const keep = keepDiscarded(join(home, "failures"), "projector", async (object) => {
    created.push(object);
  });
  const record = (SequenceNumber: string) => ({
    eventSourceARN: "arn:stream/1",
    dynamodb: { SequenceNumber },
  });
  const records = [record("7"), record("8")];
  await keep({ reason: "7 is poison", records });
  await keep({ reason: "again", records: [record("9")] });
  expect(created).toHaveLength(2);
  const [first = { bucket: "", key: "" }] = created;
  expect(first.bucket).toBe("projector");
  expect(first.key).toMatch(
    /^aws\/lambda\/projector\/\d{4}\/\d\d\/\d\d\/[\d-]{10}T[\d.]{8}-[0-9a-f-]{36}$/,
  );
  const kept = JSON.parse(await readFile(join(home, "failures", first.bucket, first.key), "utf8"));
  expect(kept).toMatchObject({
    requestContext: { functionArn: "projector", condition: "RetryAttemptsExhausted" },
    reason: "7 is poison",
    DDBStreamBatchInfo: {
      startSequenceNumber: "7",
      endSequenceNumber: "8",
      batchSize: 2,
      streamArn: "arn:stream/1",
    },
  });
  expect(JSON.parse(kept.payload)).toEqual({ Records: records });
});
