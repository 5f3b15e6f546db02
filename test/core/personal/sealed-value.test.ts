import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import {
  openValue,
  parseSealed,
  sealedSubject,
  sealValue,
  subjectBytesMax,
} from "../../../lib/core/personal/sealed-value.ts";

const uuid = "0b54c1a2-3f6e-4d5c-8b7a-9e0f1a2b3c4d";
const newKey = () => ({ id: randomBytes(8), plaintext: randomBytes(32) });

describe("sealed bytes", () => {
  it("open to the value that was sealed, and tell whose it is and which key opens it", () => {
    const subject = fc.oneof(
      fc.uuid(),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
      fc.constant("A0B54C1A-3F6E-4D5C-8B7A-9E0F1A2B3C4D"),
    );
    fc.assert(
      fc.property(subject, fc.jsonValue(), (user, value) => {
        const key = newKey();
        const sealed = sealValue(user, key, value);
        const parsed = parseSealed(sealed);
        expect(sealedSubject(sealed)).toBe(user);
        expect(Buffer.from(parsed.dataKeyId)).toEqual(key.id);
        expect(openValue(parsed, key.plaintext)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("are 55 bytes longer than a UUID's value as JSON", () => {
    // Stored forever: a change of these bytes needs a new format number.
    const sealed = sealValue(uuid, newKey(), "Ada");
    expect(sealed.length).toBe('"Ada"'.length + 1 + 2 + 16 + 8 + 12 + 16);
    expect(Buffer.from(sealed.subarray(0, 19)).toString("hex")).toBe(
      `010000${uuid.replaceAll("-", "")}`,
    );
    const named = sealValue("bob", newKey(), "Bob");
    expect(Buffer.from(named.subarray(0, 6)).toString("hex")).toBe("010003626f62");
  });

  it("of long ago still open", () => {
    const stored = Buffer.from(
      "010003626f6200010203040506072ea8890d78895d38fe357945358b12d1c294081c1ac5" +
        "8cc82923e6d89ed9e84386ffcec7b6c25982f3a9",
      "hex",
    );
    const sealed = parseSealed(stored);
    expect(sealed.subject).toBe("bob");
    expect(Buffer.from(sealed.dataKeyId).toString("hex")).toBe("0001020304050607");
    expect(openValue(sealed, Buffer.alloc(32, 7))).toEqual({ name: "Bob" });
  });

  it("differ each time, for each value has a nonce of its own", () => {
    const key = newKey();
    const all = Array.from({ length: 50 }, () =>
      Buffer.from(sealValue(uuid, key, "Ada")).toString("hex"),
    );
    expect(new Set(all).size).toBe(50);
  });

  it("do not open with another key", () => {
    const sealed = parseSealed(sealValue(uuid, newKey(), "Ada"));
    expect(() => openValue(sealed, randomBytes(32))).toThrow(/bytes were changed/);
  });

  it("are a fault when they are cut short or of an unknown format", () => {
    const sealed = sealValue(uuid, newKey(), "Ada");
    for (const length of [0, 1, 3, 20, 30, 40, 54])
      expect(() => parseSealed(sealed.subarray(0, length)), String(length)).toThrow();
    expect(() => parseSealed(Uint8Array.of(2, ...sealed.subarray(1)))).toThrow(/format 2/);
  });

  it("are never made for nobody, for too long a name, or of what JSON does not know", () => {
    for (const subject of ["", "\ud800", "x".repeat(subjectBytesMax + 1)])
      expect(() => sealValue(subject, newKey(), "Ada")).toThrow(Refusal);
    expect(() => sealValue("x".repeat(subjectBytesMax), newKey(), "Ada")).not.toThrow();
    expect(() => sealValue(uuid, newKey(), undefined)).toThrow(/cannot be sealed/);
  });
});
