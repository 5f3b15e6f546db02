import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { badInput } from "../errors.ts";

// Stored forever: readers know the first byte, and a new layout gets a new number.
// format (1) | subject's length (2; 0: a UUID follows as 16 bytes) | subject | data key id (8) |
// nonce (12) | ciphertext | tag (16)
// Everything before the nonce is the associated data.

const format = 1;
const cipher = "aes-256-gcm";
const lengthAt = 1;
const subjectAt = 3;
const uuidBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;

/** Length of a data key's id. */
export const dataKeyIdBytes = 8;

/** Longest name of a user that values can be sealed for, in bytes of UTF-8. */
export const subjectBytesMax = 1000;

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const encodeSubject = (subject: string): Uint8Array => {
  const isUuid = uuidPattern.test(subject);
  const name = isUuid ? Buffer.from(subject.replaceAll("-", ""), "hex") : Buffer.from(subject);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(isUuid ? 0 : name.length);
  return Buffer.concat([length, name]);
};

/**
 * Refuses the name of a user that no value can be sealed for: empty, too long, or ill-formed
 * Unicode.
 */
export const checkSubject = (subject: string): void => {
  const bytes = Buffer.byteLength(subject);
  if (bytes === 0 || bytes > subjectBytesMax || !subject.isWellFormed())
    throw badInput("user", `must have 1 to ${subjectBytesMax} bytes of well-formed Unicode`);
};

/** A data key in clear, while it is in memory. */
export interface DataKey {
  readonly id: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** A sealed value taken apart, still sealed. */
export interface SealedValue {
  readonly subject: string;
  readonly dataKeyId: Uint8Array;
  /** What the tag also covers: format, subject and data key id. */
  readonly associated: Uint8Array;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** Seals a value (JSON) for a subject under a data key, with a fresh nonce. */
export const sealValue = (subject: string, key: DataKey, value: unknown): Uint8Array => {
  checkSubject(subject);
  const json = JSON.stringify(value);
  if (json === undefined)
    throw new Error("A personal value that JSON does not know cannot be sealed.");
  const associated = Buffer.concat([Buffer.from([format]), encodeSubject(subject), key.id]);
  const nonce = randomBytes(nonceBytes);
  const gcm = createCipheriv(cipher, key.plaintext, nonce, { authTagLength: tagBytes });
  gcm.setAAD(associated);
  const ciphertext = Buffer.concat([gcm.update(json, "utf8"), gcm.final()]);
  return new Uint8Array(Buffer.concat([associated, nonce, ciphertext, gcm.getAuthTag()]));
};

const decodeSubject = (bytes: Buffer): { subject: string; end: number } => {
  const length = bytes.readUInt16BE(lengthAt);
  const end = subjectAt + (length === 0 ? uuidBytes : length);
  const name = bytes.subarray(subjectAt, end);
  if (length > 0) return { subject: name.toString("utf8"), end };
  const hex = name.toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return { subject: [...parts, hex.slice(20)].join("-"), end };
};

/**
 * Takes sealed bytes apart without a key; an unknown format and bytes that are cut short are
 * faults.
 */
export const parseSealed = (sealed: Uint8Array): SealedValue => {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < subjectAt + 1 || bytes[0] !== format)
    throw new Error(`A sealed value of ${bytes.length} bytes has the unknown format ${bytes[0]}.`);
  const { subject, end } = decodeSubject(bytes);
  const nonceAt = end + dataKeyIdBytes;
  const ciphertextAt = nonceAt + nonceBytes;
  const tagAt = bytes.length - tagBytes;
  if (tagAt <= ciphertextAt)
    throw new Error(`A sealed value of ${bytes.length} bytes is cut short.`);
  return {
    subject,
    dataKeyId: bytes.subarray(end, nonceAt),
    associated: bytes.subarray(0, nonceAt),
    nonce: bytes.subarray(nonceAt, ciphertextAt),
    ciphertext: bytes.subarray(ciphertextAt, tagAt),
    tag: bytes.subarray(tagAt),
  };
};

/** Whose value it is. */
export const sealedSubject = (sealed: Uint8Array): string => parseSealed(sealed).subject;

/** Opens a value with its data key in clear; a wrong key and any changed byte are faults. */
export const openValue = (sealed: SealedValue, plaintext: Uint8Array): unknown => {
  const gcm = createDecipheriv(cipher, plaintext, sealed.nonce, { authTagLength: tagBytes });
  gcm.setAAD(sealed.associated);
  gcm.setAuthTag(sealed.tag);
  try {
    const json = Buffer.concat([gcm.update(sealed.ciphertext), gcm.final()]).toString("utf8");
    return JSON.parse(json);
  } catch {
    // The cause is not passed on: its text may quote what was deciphered.
    throw new Error("A sealed value does not open with its data key: its bytes were changed.");
  }
};
