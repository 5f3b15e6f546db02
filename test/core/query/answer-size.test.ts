import { describe, expect, test } from "vitest";
import { answerBytes, fitting } from "../../../lib/core/query/answer-size.ts";

/** What Lambda counts of an answer. */
const payloadBytes = (body: unknown): number =>
  Buffer.byteLength(JSON.stringify({ statusCode: 200, body: JSON.stringify(body) }));
const envelopeBytes = payloadBytes("") - answerBytes("");

describe("the size of an answer", () => {
  test.each([
    ["plain text", "x".repeat(1_000)],
    ["lines", "x\r\n".repeat(1_000)],
    ["quotes and backslashes", '"\\'.repeat(1_000)],
    ["control characters", "\u0001".repeat(1_000)],
    ["other alphabets", "日本😀".repeat(1_000)],
    ["structure", [{ a: [1, null, true], b: {} }, "é"]],
  ])("is what Lambda counts: %s", (_, value) => {
    expect(answerBytes(value)).toBe(payloadBytes(value) - envelopeBytes);
  });
});

describe("what fits", () => {
  const values = Array.from({ length: 10 }, (_, index) => `${index}${"日".repeat(99)}`);
  const each = answerBytes(values[0]);

  test("is everything where there is room", () => {
    expect(fitting(values, 10 * each)).toEqual(values);
    expect(fitting([], 0)).toEqual([]);
  });

  test("ends with the last one that is whole", () => {
    expect(fitting(values, 4 * each)).toEqual(values.slice(0, 4));
    expect(fitting(values, 5 * each - 1)).toEqual(values.slice(0, 4));
  });

  test("is one at least, so that the next page exists", () => {
    expect(fitting(values, 0)).toEqual(values.slice(0, 1));
  });
});
