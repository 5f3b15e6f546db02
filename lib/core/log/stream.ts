import { badInput } from "../errors.ts";

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Parses an id chosen by a client: 1 to 64 characters of `A-Z a-z 0-9 _ -`; anything else is bad input. */
export const parseId = (field: string, value: string | undefined): string => {
  if (value !== undefined && idPattern.test(value)) return value;
  throw badInput(field, "must have 1 to 64 characters of A-Z a-z 0-9 _ -");
};

/** The stream's name: `account-7f3a`. */
export const streamName = (category: string, id: string): string => `${category}-${id}`;

/** The kind of stream: what stands before the first hyphen. */
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf("-"));

/** The stream's id: what stands after the first hyphen. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf("-") + 1);

const base64url = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

/**
 * Joins several parts into one id with dots. A part outside the id alphabet (a JWT `sub` may hold anything) is
 * base64url-encoded and marked with a leading `~`, so that no two lists of parts give the same id.
 */
export const compositeId = (...parts: readonly string[]): string =>
  parts.map((part) => (idPattern.test(part) ? part : `~${base64url(part)}`)).join(".");
