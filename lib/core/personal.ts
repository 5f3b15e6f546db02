import * as z from "zod";

const shown = "[personal]";

/**
 * A value about a person. In clear it lives only between the parsed request and the seal; everywhere else it is
 * sealed bytes. Printing, logging, inspecting and serializing show `"[personal]"` in both forms.
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

/** What a field was declared as: JSON Schema and OpenAPI describe the inner schema, the leak tests list the fields. */
export const personalFields = z.registry<{ inner: z.ZodType; whose: string }>();

/**
 * Declares a field as personal. `whose` is `owner` (the stream's owner once the commit is applied) or the name of a
 * top-level field of the same message that holds the user. Accepts the raw value, a stored sealed one, or a `Personal`.
 */
export const personal = <S extends z.ZodType>(
  inner: S,
  whose = "owner",
): z.ZodType<Personal<z.output<S>>, z.input<S>> => {
  type Value = z.output<S>;
  return z
    .custom<z.input<S>>()
    .transform((input: unknown, context): Personal<Value> => {
      if (input instanceof Uint8Array) return Personal.sealed<Value>(input, whose);
      if (input instanceof Personal)
        return input.sealed
          ? Personal.sealed<Value>(input.sealed, whose)
          : Personal.clear<Value>(inner.parse(input.reveal()), whose);
      const parsed = inner.safeParse(input);
      if (parsed.success) return Personal.clear<Value>(parsed.data, whose);
      // Messages of issues may quote what was received, so that only the reason's kind is passed on.
      for (const { path, code } of parsed.error.issues)
        context.addIssue({
          code: "custom",
          path: [...path],
          message: `Invalid personal value (${code})`,
        });
      return z.NEVER;
    })
    .register(personalFields, { inner, whose });
};

/** Every personal value inside `value`, in the order of its keys. */
export const personalValues = (value: unknown): Personal[] => {
  if (value instanceof Personal) return [value];
  if (Array.isArray(value)) return value.flatMap(personalValues);
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(personalValues);
};
