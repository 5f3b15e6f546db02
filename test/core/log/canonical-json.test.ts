import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../lib/core/log/canonical-json.ts";

describe("canonical JSON", () => {
  test("is what RFC 8785 shows in section 3.2.2", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],' +
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test("sorts keys by their UTF-16 code units, numbers among them too", () => {
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "10": 4, "9": 5, "\u{1f600}": 6, "": 7 };
    expect(Object.keys(JSON.parse(canonicalJson({ b: { d: 1, c: 2 }, a: 0 })))).toEqual(["a", "b"]);
    expect(canonicalJson(value)).toBe('{"":7,"\\r":2,"10":4,"9":5,"€":1,"\u{1f600}":6,"\ufb33":3}');
  });

  test("escapes half of a pair, as JSON.stringify does", () => {
    expect(canonicalJson(["\ud83d", "\ude00", "\ud83d\ude00"])).toBe(
      '["\\ud83d","\\ude00","\u{1f600}"]',
    );
  });

  test("leaves out what is absent", () => {
    expect(canonicalJson({ b: undefined, a: { c: undefined } })).toBe('{"a":{}}');
  });

  test("marks binary, so that no text can be taken for it", () => {
    expect(canonicalJson([Uint8Array.of(255, 0), "/wA="])).toBe('[{"":"/wA="},"/wA="]');
    expect(canonicalJson(Buffer.from([255, 0]))).toBe('{"":"/wA="}');
  });

  test("marks what no command stores", () => {
    expect(canonicalJson({ a: new Set(["b"]) })).toBe('{"a":{"":"[object Set]"}}');
  });

  test.each([
    ["a number that is none", Number.NaN],
    ["an infinite number", Number.POSITIVE_INFINITY],
    ["nothing at all", undefined],
    ["a big integer", 1n],
    ["a function", () => 1],
  ])("refuses %s", (_, value) => {
    expect(() => canonicalJson(value)).toThrow();
  });
});

const keys = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));
const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    keys,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 12 }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(keys, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  ),
}));

test("any JSON text stays the same when it is read and written again", () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});
