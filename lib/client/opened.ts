import * as z from "zod/mini";
import type { AnyMessages, Message } from "../core/domain/message.ts";
import { Personal, personalValues } from "../core/personal/personal.ts";

const erased = Personal.sealed(new Uint8Array());

/** The same value with the null at a path taken for an erased personal value. */
const withErased = (value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown => {
  if (key === undefined) return value === null ? erased : value;
  if (Array.isArray(value))
    return value.map((item, index) => (index === key ? withErased(item, rest) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === key ? withErased(item, rest) : item,
    ]),
  );
};

/** Parses an event's data as an answer carries it; where a personal value must be and null is, it was erased. */
export const readOpened = (events: AnyMessages, { type, data }: Message): unknown => {
  const shape = events.lineages[type]?.now;
  const parsed = shape && z.safeParse(shape, data);
  if (parsed?.success) return parsed.data;
  const issues = parsed?.error.issues ?? [];
  const patched = issues.reduce((before, { path }) => withErased(before, path), data);
  return events.parse(type, patched).data;
};

const inClear = (value: unknown): unknown => {
  if (value instanceof Personal) return value.sealed ? null : value.reveal();
  if (Array.isArray(value)) return value.map(inClear);
  if (typeof value !== "object" || value === null) return value;
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(present.map(([name, item]) => [name, inClear(item)]));
};

/** A document as an answer would carry it: personal values in clear, or null and marked once they were erased. */
export const openedDocument = (document: object): object => {
  const isErased = personalValues(document).some(({ sealed }) => sealed !== undefined);
  return Object.assign({}, inClear(document), isErased ? { erased: true } : {});
};
