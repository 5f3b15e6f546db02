import { describe, expect, test } from "vitest";
import { openApi } from "../../../lib/core/openapi/openapi.ts";
import { cors, originsIn } from "../../../lib/core/system/cors.ts";
import { registry } from "../../../lib/domains/index.ts";

/** Every object inside a document. */
const objectsIn = (value: unknown): readonly Readonly<Record<string, unknown>>[] => {
  if (typeof value !== "object" || value === null) return [];
  return [Object(value), ...Object.values(value).flatMap(objectsIn)];
};

describe("what pages may do", () => {
  const described = objectsIn(openApi(registry));

  test("is every method that a route has", () => {
    const methods = new Set<string>(registry.routes.map(({ method }) => method));
    expect([...methods].sort()).toEqual([...cors.methods].sort());
  });

  test("is to send every header that a route knows, a token and JSON", () => {
    const known = described.flatMap(({ in: place, name }) =>
      place === "header" ? [String(name).toLowerCase()] : [],
    );
    const sent = new Set([...known, "authorization", "content-type"]);
    expect(sent.size).toBeGreaterThan(4);
    expect([...sent].filter((name) => !cors.requestHeaders.some((each) => each === name))).toEqual(
      [],
    );
  });

  test("is to see every header that an answer is described with", () => {
    const answered = new Set(
      described
        .filter(({ description, headers }) => description && headers)
        .flatMap(({ headers }) => Object.keys(Object(headers)).map((name) => name.toLowerCase())),
    );
    expect(answered.size).toBeGreaterThan(1);
    expect(
      [...answered].filter((name) => !cors.answerHeaders.some((each) => each === name)),
    ).toEqual([]);
  });
});

test("pages see what the client reads, and what tells them when to come again and at what price", () => {
  expect([...cors.answerHeaders].sort()).toEqual([
    "consistency-token",
    "etag",
    "retry-after",
    "server-timing",
  ]);
});

describe("a list of origins", () => {
  test("is taken as it is written, spaces aside", () => {
    const list = "https://app.example.org, http://localhost:5173,*";
    expect(originsIn(list)).toEqual(["https://app.example.org", "http://localhost:5173", "*"]);
  });

  test.each(["", "app.example.org", "https://app.example.org/", "https://a.org,", "ftp://a.org"])(
    "is none with something else in it: %j",
    (list) => {
      expect(originsIn(list)).toBeUndefined();
    },
  );
});
