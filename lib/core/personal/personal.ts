import * as z from "zod/mini";
import { $ZodObject } from "zod/v4/core";

const shown = "[personal]";

/**
 * A value about a person. In clear it lives only between the parsed request and the seal;
 * everywhere else it is sealed bytes. Printing, logging, inspecting and serializing show
 * `"[personal]"` in both forms.
 */
export class Personal<T = unknown> {
  readonly #clear: { readonly value: T } | undefined;
  /** Whose value this is: `owner`, or the field of the same message that names the user. */
  readonly whose: string;
  /** The sealed bytes; undefined while the value is in clear. */
  readonly sealed: Uint8Array | undefined;

  private constructor(
    clear: { readonly value: T } | undefined,
    sealed: Uint8Array | undefined,
    whose: string,
  ) {
    this.#clear = clear;
    this.sealed = sealed;
    this.whose = whose;
    Object.freeze(this);
  }

  /** A value in clear, on its way to the seal. */
  static clear<T>(value: T, whose = "owner"): Personal<T> {
    return new Personal({ value }, undefined, whose);
  }

  /** A value as it is stored. */
  static sealed<T>(bytes: Uint8Array, whose = "owner"): Personal<T> {
    return new Personal<T>(undefined, bytes, whose);
  }

  /** Hands the value in clear to whoever seals it; throws when it is sealed already. */
  reveal(): T {
    if (!this.#clear)
      throw new Error("A sealed personal value cannot be revealed; open it instead.");
    return this.#clear.value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.toPrimitive](): string {
    return shown;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return shown;
  }
}

/** How a personal field was declared. */
export interface PersonalField {
  /** Schema of the value in clear: JSON Schema and OpenAPI describe this one. */
  readonly inner: z.core.$ZodType;
  readonly whose: string;
}

const declared = new WeakMap<z.core.$ZodType, PersonalField>();

/** Finds how a schema was declared personal; undefined for any other. */
export const personalField = (schema: z.core.$ZodType): PersonalField | undefined =>
  declared.get(schema) ?? (schema._zod.parent && personalField(schema._zod.parent));

/**
 * Where an issue is, as far as the schema itself names the way: what comes after may be what was
 * received.
 */
const namedPath = (schema: z.core.$ZodType, path: readonly PropertyKey[]): PropertyKey[] => {
  const [first, ...rest] = path;
  if (first === undefined || !(schema instanceof $ZodObject)) return [];
  const { shape } = schema._zod.def;
  const field = Object.hasOwn(shape, first) ? shape[String(first)] : undefined;
  return field ? [first, ...namedPath(field, rest)] : [];
};

const isWellFormed = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
};

/**
 * Declares a field as personal. `whose` is `owner` (the stream's owner once the commit is applied)
 * or the name of a top-level field of the same message that holds the user. Accepts the raw value,
 * a stored sealed one, or a `Personal`. Its issues tell where and of what kind a fault is, never
 * what was received.
 */
export const personal = <S extends z.core.$ZodType>(
  inner: S,
  whose = "owner",
): z.ZodMiniType<Personal<z.output<S>>, z.input<S>> => {
  type Value = z.output<S>;
  const read = (given: z.input<S>, { issues }: z.core.ParsePayload): Personal<Value> => {
    const input: unknown = given;
    if (input instanceof Uint8Array) return Personal.sealed<Value>(input, whose);
    if (input instanceof Personal && input.sealed)
      return Personal.sealed<Value>(input.sealed, whose);
    const refuse = (message: string, path: PropertyKey[] = []): number =>
      // `input` is given, so that it is not filled with what was received.
      issues.push({ code: "custom", input: shown, path, message });
    const parsed = z.safeParse(inner, input instanceof Personal ? input.reveal() : input);
    if (parsed.success && isWellFormed(parsed.data))
      return Personal.clear<Value>(parsed.data, whose);
    if (parsed.success) refuse("must be well-formed Unicode");
    for (const { path, code } of parsed.error?.issues ?? [])
      refuse(`Invalid personal value (${code})`, namedPath(inner, path));
    return z.NEVER;
  };
  const field = z.pipe(z.custom<z.input<S>>(), z.transform(read));
  declared.set(field, { inner, whose });
  return field;
};

/** Every personal value inside `value`, in the order of its keys. */
export const personalValues = (value: unknown): Personal[] => {
  if (value instanceof Personal) return [value];
  if (Array.isArray(value)) return value.flatMap(personalValues);
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(personalValues);
};
