import { describe, expect, test } from "vitest";
import { toResult } from "../../../lambdas/http/answer.ts";

describe("an answer as API Gateway takes it", () => {
  test("has a JSON body of its type", () => {
    expect(toResult({ status: 200, body: { a: 1 }, headers: { etag: '"1"' } })).toEqual({
      statusCode: 200,
      headers: { "content-type": "application/json", etag: '"1"' },
      body: '{"a":1}',
    });
  });

  test("keeps a type of its own", () => {
    const headers = { "content-type": "application/problem+json" };
    expect(toResult({ status: 400, body: {}, headers }).headers).toEqual(headers);
  });

  test("without a body has neither body nor type", () => {
    expect(toResult({ status: 304, headers: { etag: '"1"' } })).toEqual({
      statusCode: 304,
      headers: { etag: '"1"' },
    });
  });
});
