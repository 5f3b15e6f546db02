import { expect, test } from "vitest";
import { answerBytesMax, httpAnswer } from "../../local/http-result.ts";

const json = { "content-type": "application/json" };

test.each([
  [{ hello: "world" }, '{"hello":"world"}'],
  [[1, 2], "[1,2]"],
  ["plain", "plain"],
  [undefined, ""],
])("a result without a status is the JSON body of a 200: %j", (result, body) => {
  expect(httpAnswer(result)).toEqual({ status: 200, headers: json, body });
});

test("status, headers, cookies and body are those of the result; names in lower case", () => {
  const answer = httpAnswer({
    statusCode: 201,
    headers: { ETag: '"3"', "Content-Type": "application/json", "x-count": 3, absent: undefined },
    cookies: ["a=1", "b=2"],
    body: "{}",
  });
  expect(answer).toEqual({
    status: 201,
    headers: { etag: '"3"', ...json, "x-count": "3", "set-cookie": ["a=1", "b=2"] },
    body: "{}",
  });
});

test("a body without a type is text, an absent one is empty", () => {
  const text = { "content-type": "text/plain;charset=UTF-8" };
  expect(httpAnswer({ statusCode: 200, body: "hi" })).toMatchObject({ headers: text, body: "hi" });
  expect(httpAnswer({ statusCode: 304 })).toEqual({ status: 304, headers: {}, body: "" });
});

test("a base64 body is sent as bytes", () => {
  const answer = httpAnswer({ statusCode: 200, body: "AAH+/w==", isBase64Encoded: true });
  expect(answer.body).toEqual(Buffer.from([0, 1, 254, 255]));
});

test.each([
  [{ statusCode: "often" }, /statusCode is often/],
  [{ statusCode: 99 }, /statusCode is 99/],
  [{ statusCode: 600 }, /statusCode is 600/],
  [{ statusCode: 200, body: {} }, /body is no text/],
  [{ statusCode: 200, headers: { a: {} } }, /header a is no text/],
  [{ statusCode: 200, body: "x".repeat(answerBytesMax + 1) }, /more than 6291456 bytes/],
  [{ statusCode: 200, body: '"'.repeat(answerBytesMax / 2) }, /more than 6291456 bytes/],
])("refuses what API Gateway refuses", (result, reason) => {
  expect(() => httpAnswer(result)).toThrow(reason);
});
