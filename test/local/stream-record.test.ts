import { expect, test } from "vitest";
import { createdSecond, lambdaRecord, sequenceOf } from "../../local/stream-record.ts";

const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/events/stream/1";
const bytes = new Uint8Array([0, 1, 254, 255]);
const text = "AAH+/w==";

test("a record is what Lambda hands over: base64 text for bytes, whole seconds, its stream", () => {
  const record = lambdaRecord(
    {
      eventID: "17",
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
      dynamodb: {
        ApproximateCreationDateTime: new Date("2026-11-01T00:00:01.900Z"),
        Keys: { stream: { S: "account-1" }, version: { N: "1" } },
        NewImage: {
          id: { B: bytes },
          several: { BS: [bytes] },
          deep: { M: { list: { L: [{ B: bytes }, { NULL: true }, { BOOL: false }] } } },
        },
        SequenceNumber: "17",
        SizeBytes: 26,
        StreamViewType: "NEW_IMAGE",
      },
    },
    arn,
  );
  expect(record).toStrictEqual({
    eventID: "17",
    eventName: "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: "us-east-1",
    dynamodb: {
      ApproximateCreationDateTime: 1793491201,
      Keys: { stream: { S: "account-1" }, version: { N: "1" } },
      NewImage: {
        id: { B: text },
        several: { BS: [text] },
        deep: { M: { list: { L: [{ B: text }, { NULL: true }, { BOOL: false }] } } },
      },
      SequenceNumber: "17",
      SizeBytes: 26,
      StreamViewType: "NEW_IMAGE",
    },
    eventSourceARN: arn,
  });
  expect(JSON.parse(JSON.stringify(record))).toStrictEqual(record);
  expect(sequenceOf(record)).toBe("17");
  expect(createdSecond(record)).toBe(1793491201);
});

test("bytes that are part of a larger buffer stay those bytes", () => {
  const inner = Buffer.from([9, 9, ...bytes, 9]).subarray(2, 6);
  const record = lambdaRecord({ dynamodb: { Keys: { a: { B: inner } } } }, arn);
  expect(record.dynamodb?.Keys?.a).toEqual({ B: text });
});

test("a record of the store's own doing says so", () => {
  const userIdentity = { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" };
  const record = lambdaRecord({ eventName: "REMOVE", dynamodb: {}, userIdentity }, arn);
  expect(record.userIdentity).toEqual({ type: "Service", principalId: "dynamodb.amazonaws.com" });
});
