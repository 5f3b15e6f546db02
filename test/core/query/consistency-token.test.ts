import { describe, expect, test } from "vitest";
import { emptyToken, formatToken, parseToken } from "../../../lib/core/query/consistency-token.ts";

describe("a consistency token", () => {
  test("names streams and versions, and is read back", () => {
    const streams = [
      { stream: "account-7f3a", version: 17 },
      { stream: "like-p.~YXV0aDB8YW5u", version: 1 },
    ];
    const text = formatToken(streams);
    expect(text).toBe("account-7f3a@17,like-p.~YXV0aDB8YW5u@1");
    expect([...parseToken(text)]).toEqual(streams.map(({ stream, version }) => [stream, version]));
  });

  test("is empty when the reader sends none", () => {
    expect(parseToken(undefined)).toBe(emptyToken);
  });

  test("may have spaces after its commas, as headers that were joined do", () => {
    expect([...parseToken("account-1@2, account-2@3")]).toHaveLength(2);
  });

  test("means the later version when it names a stream twice", () => {
    expect(parseToken("account-1@7,account-1@3").get("account-1")).toBe(7);
  });

  test.each([
    "",
    "account-1",
    "account-1@0",
    "account-1@-1",
    "account-1@1.5",
    "account-1@01",
    "account-1@1e3",
    "account-1@99999999999999999",
    "account@1",
    "account-@1",
    "-1@1",
    "Account-1@1",
    "account-a b@1",
    "account-é@1",
    "account-1@1,",
    "account-1@1;account-2@1",
    "account-1@1\naccount-2@1",
    `account-${"x".repeat(513)}@1`,
  ])("is refused when it is malformed: %j", (text) => {
    expect(() => parseToken(text)).toThrow(
      expect.objectContaining({
        kind: "bad-input",
        facts: { errors: [expect.objectContaining({ field: "Consistency-Token" })] },
      }),
    );
  });

  test("names at most eight streams", () => {
    const naming = (count: number) =>
      Array.from({ length: count }, (_, index) => `account-${index}@1`).join(",");
    expect(parseToken(naming(8)).size).toBe(8);
    expect(() => parseToken(naming(9))).toThrow("names more than 8 streams");
  });
});
