import { badInput } from "../errors.ts";
import { Personal } from "../personal/personal.ts";

/** What DynamoDB and JSON both keep exactly, plus binary. */
export type StoredValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly StoredValue[]
  | { readonly [key: string]: StoredValue };

// Beyond these bounds DynamoDB's 38 decimal digits and JSON's doubles disagree or lose precision.
const fractionMin = 1e-100;
const fractionMax = 1e15;

const keepsNumber = (value: number): boolean =>
  Number.isSafeInteger(value) ||
  (Number.isFinite(value) && Math.abs(value) >= fractionMin && Math.abs(value) <= fractionMax);

const refuse = (path: string, reason: string): never => {
  throw badInput(path, reason);
};

/**
 * Turns a domain value into what is stored: sealed personal values become binary, absent fields disappear.
 * Refuses personal values in clear, numbers that would not come back exactly, empty keys, and ill-formed Unicode.
 */
export const toStored = (value: unknown, path = "value"): StoredValue => {
  if (value instanceof Personal) {
    if (!value.sealed)
      throw new Error(`${path} is personal and not sealed; it must not be stored.`);
    return value.sealed;
  }
  if (value instanceof Uint8Array || value === null || typeof value === "boolean") return value;
  if (typeof value === "string")
    return value.isWellFormed() ? value : refuse(path, "is not well-formed Unicode");
  if (typeof value === "number")
    return keepsNumber(value) ? value + 0 : refuse(path, "is a number that cannot be kept exactly");
  if (Array.isArray(value)) return value.map((item, index) => toStored(item, `${path}.${index}`));
  if (typeof value !== "object" || ![Object.prototype, null].includes(Object.getPrototypeOf(value)))
    throw new Error(`${path} is of a type that cannot be stored (${typeof value}).`);
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  if (!present.every(([key]) => key !== "" && key.isWellFormed()))
    refuse(path, "has a key that is empty or not well-formed Unicode");
  return Object.fromEntries(
    present.map(([key, item]) => [key, toStored(item, `${path}.${key}`)] as const),
  );
};
