import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Named values that a ciphertext is bound to. */
export type EncryptionContext = Readonly<Record<string, string>>;

// format (1) | key id (16) | nonce (12) | ciphertext | tag (16)
const format = 1;
const cipher = "aes-256-gcm";
const nonceAt = 17;
const ciphertextAt = nonceAt + 12;
const tagBytes = 16;

const associated = (id: string, context: EncryptionContext): Buffer => {
  const entries = Object.entries(context).sort(([left], [right]) => (left < right ? -1 : 1));
  return Buffer.from(JSON.stringify([id, entries]));
};

/** Encrypts under a key's material; the ciphertext names the key and is bound to the context. */
export const encrypt = (
  id: string,
  material: Buffer,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Buffer => {
  const nonce = randomBytes(ciphertextAt - nonceAt);
  const gcm = createCipheriv(cipher, material, nonce).setAAD(associated(id, context));
  const ciphertext = Buffer.concat([gcm.update(plaintext), gcm.final()]);
  const name = Buffer.from(id.replaceAll("-", ""), "hex");
  return Buffer.concat([Buffer.from([format]), name, nonce, ciphertext, gcm.getAuthTag()]);
};

/** The id of the key that made a ciphertext; undefined when it is none of ours. */
export const keyOf = (blob: Uint8Array): string | undefined => {
  if (blob.length <= ciphertextAt + tagBytes || blob[0] !== format) return undefined;
  const hex = Buffer.from(blob.subarray(1, nonceAt)).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/** Decrypts; undefined when the ciphertext or the context is not the one that was encrypted. */
export const decrypt = (
  id: string,
  material: Buffer,
  blob: Uint8Array,
  context: EncryptionContext,
): Buffer | undefined => {
  const nonce = blob.subarray(nonceAt, ciphertextAt);
  const tagAt = blob.length - tagBytes;
  const gcm = createDecipheriv(cipher, material, nonce, { authTagLength: tagBytes });
  gcm.setAAD(associated(id, context)).setAuthTag(blob.subarray(tagAt));
  try {
    return Buffer.concat([gcm.update(blob.subarray(ciphertextAt, tagAt)), gcm.final()]);
  } catch {
    return undefined;
  }
};
