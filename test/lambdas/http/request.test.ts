import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import {
  bodyBytesMax,
  callerOf,
  consistencyToken,
  jsonBody,
  parseInput,
  queryParameters,
} from "../../../lambdas/http/request.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import { type Asked, httpEvent } from "./event.ts";

/** What was refused: its kind and its words. */
const refusal = (work: () => unknown): Pick<Refusal, "kind" | "message" | "facts"> => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("It was not refused.");
};
const json = { "content-type": "application/json" };
const bodyOf = (asked: Asked) => jsonBody(httpEvent({ headers: json, ...asked }));
const base64 = (bytes: string | Uint8Array): Asked => ({
  body: Buffer.from(bytes).toString("base64"),
  isBase64Encoded: true,
});

describe("the caller", () => {
  const groups = (claim: string | string[]) =>
    callerOf(httpEvent({ claims: { sub: "ann", "cognito:groups": claim } }));

  test("is whom the token names, with no role unless it says so", () => {
    expect(callerOf(httpEvent())).toEqual({ sub: "ann", admin: false, auditor: false });
  });

  test.each([
    ["an array", ["admin", "auditor"], true, true],
    ["the text that API Gateway makes of it", "[admin auditor]", true, true],
    ["one group as text", "[auditor]", false, true],
    ["one group without brackets", "admin", true, false],
    ["a list with commas", "admin,auditor", true, true],
    ["no group", "[]", false, false],
    ["groups whose names only begin so", ["administrators", "auditors"], false, false],
    ["groups whose names only end so", "[sub-admin not-auditor]", false, false],
    ["another case", "[Admin AUDITOR]", false, false],
  ])("has the roles of %s", (_, claim, admin, auditor) => {
    expect(groups(claim)).toEqual({ sub: "ann", admin, auditor });
  });

  test.each([[{}], [{ sub: "" }], [{ sub: 7 }], [{ username: "ann" }]])(
    "is refused when the token names nobody: %j",
    (claims) => {
      expect(refusal(() => callerOf(httpEvent({ claims }))).kind).toBe("forbidden");
    },
  );
});

describe("the body", () => {
  test("is JSON", () => {
    expect(bodyOf({ body: '{"a":[1,"é"]}' })).toEqual({ a: [1, "é"] });
    expect(bodyOf(base64('{"a":"é"}'))).toEqual({ a: "é" });
  });

  test.each(["", " \n\t"])("that is empty (%j) is an empty object", (body) => {
    expect(bodyOf({ body })).toEqual({});
    expect(jsonBody(httpEvent({ body, headers: { "content-type": "text/plain" } }))).toEqual({});
    expect(jsonBody(httpEvent())).toEqual({});
  });

  test.each(["{", "{}{}", "nothing", "{'a':1}", "\ufeff{}"])("%j is refused as no JSON", (body) => {
    for (const asked of [{ body }, base64(body)]) {
      const { kind, facts } = refusal(() => bodyOf(asked));
      expect(kind).toBe("bad-input");
      expect(facts.errors).toEqual([{ field: "body", reason: "is not JSON" }]);
    }
  });

  test("nested deeper than anyone needs is refused like any other nonsense", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(refusal(() => bodyOf({ body: deep })).kind).toBe("bad-input");
  });

  test.each([
    ["a value", '{"memo":"\\ud800"}'],
    ["a value's second half", '{"memo":"\\udc00\\ud800"}'],
    ["a key", '{"\\udfff":1}'],
    ["deep inside", '{"a":[{"b":["\\ud83d"]}]}'],
  ])("with a lone surrogate in %s is refused", (_, body) => {
    const { kind, message } = refusal(() => bodyOf({ body }));
    expect(kind).toBe("bad-input");
    expect(message).toContain("not well-formed Unicode");
    expect(bodyOf({ body: body.replace(/\\u\w{4}/g, "\\ud83d\\ude00") })).toBeTruthy();
  });

  test.each([
    ["an overlong form", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["half a character", [0x22, 0xc3, 0x22]],
  ])("whose bytes hold %s is refused", (_, bytes) => {
    const { kind, message } = refusal(() => bodyOf(base64(Uint8Array.from(bytes))));
    expect(kind).toBe("bad-input");
    expect(message).toContain("not UTF-8");
  });

  test.each([
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON;charset=utf-8",
    "application/merge-patch+json",
  ])("of type %s is taken", (type) => {
    expect(jsonBody(httpEvent({ body: "{}", headers: { "content-type": type } }))).toEqual({});
  });

  test("without a type is taken for JSON", () => {
    expect(jsonBody(httpEvent({ ...base64('{"a":1}') }))).toEqual({ a: 1 });
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/jsonp",
    "application/xml",
    "multipart/form-data; boundary=json",
    "text/json",
  ])("of type %s is refused", (type) => {
    const asked = httpEvent({ body: "{}", headers: { "content-type": type } });
    expect(refusal(() => jsonBody(asked)).kind).toBe("unsupported-media");
  });

  test("has 256 KB at most, counted in bytes", () => {
    const filled = (bytes: number): string => `{"a":"${"x".repeat(bytes - 8)}"}`;
    const wide = (bytes: number): string => `{"a":"${"é".repeat((bytes - 8) / 2)}"}`;
    for (const text of [filled(bodyBytesMax), wide(bodyBytesMax)]) {
      expect(bodyOf({ body: text })).toHaveProperty("a");
      expect(bodyOf(base64(text))).toHaveProperty("a");
    }
    for (const text of [filled(bodyBytesMax + 1), wide(bodyBytesMax + 2)]) {
      expect(refusal(() => bodyOf({ body: text })).kind).toBe("too-large");
      expect(refusal(() => bodyOf(base64(text))).kind).toBe("too-large");
    }
  });
});

describe("input that does not fit", () => {
  const Shape = z.strictObject({ amount: z.int(), owner: z.strictObject({ name: z.string() }) });

  test("is refused field by field", () => {
    const { kind, facts, message } = refusal(() =>
      parseInput(() => Shape.parse({ amount: 1.5, owner: {}, extra: 1 }), "body"),
    );
    expect(kind).toBe("bad-input");
    expect(facts.errors?.map(({ field }) => field)).toEqual(["amount", "owner.name", "body"]);
    for (const { field, reason } of facts.errors ?? [])
      expect(message).toContain(`${field}: ${reason}`);
  });

  test("is told apart from a fault", () => {
    const fault = () =>
      parseInput(() => {
        throw new TypeError("broken");
      });
    expect(fault).toThrow(TypeError);
  });
});

describe("query parameters", () => {
  const Shape = z.strictObject({ limit: z.optional(z.string()) });
  const ask = (query?: Record<string, string>) =>
    queryParameters(httpEvent(query ? { query } : {}), Shape);

  test("may be absent", () => {
    expect(ask()).toEqual({});
    expect(ask({ limit: "7" })).toEqual({ limit: "7" });
  });

  test.each(["Limit", "constructor", "toString", "limits"])("refuse %s", (name) => {
    const { kind, facts } = refusal(() => ask({ [name]: "1" }));
    expect([kind, facts.errors?.[0]?.field]).toEqual(["bad-input", "query"]);
  });
});

describe("the token of what a caller has seen", () => {
  test("is empty when there is none", () => {
    expect(consistencyToken(httpEvent()).size).toBe(0);
  });

  test("names streams and versions", () => {
    const headers = { "consistency-token": "account-a@3, like-p.~YQ@1" };
    expect([...consistencyToken(httpEvent({ headers }))]).toEqual([
      ["account-a", 3],
      ["like-p.~YQ", 1],
    ]);
  });
});
