import { expect, test } from "vitest";
import { requestBody } from "../../local/request-body.ts";

const text = Buffer.from('{"name":"Zoë \ufffd"}');
const asText = { body: text.toString(), isBase64Encoded: false };
const asBase64 = { body: text.toString("base64"), isBase64Encoded: true };

test.each([
  ["application/json", asText],
  ["application/json; charset=utf-8", asText],
  ["Application/JSON", asText],
  ["text/plain", asText],
  ["application/xml", asText],
  ["application/problem+json", asBase64],
  ["application/x-www-form-urlencoded", asBase64],
  ["application/octet-stream", asBase64],
  [undefined, asBase64],
])("a body of type %s goes the way that API Gateway sends it", (type, expected) => {
  expect(requestBody(text, type)).toEqual(expected);
});

test("bytes that are not UTF-8 stay those bytes, whatever their type says", () => {
  const bytes = Buffer.from([123, 255, 125]);
  const { body = "", isBase64Encoded } = requestBody(bytes, "application/json");
  expect(isBase64Encoded).toBe(true);
  expect(Buffer.from(body, "base64")).toEqual(bytes);
});

test("no bytes are no body", () => {
  expect(requestBody(Buffer.alloc(0), "application/json")).toEqual({ isBase64Encoded: false });
});
