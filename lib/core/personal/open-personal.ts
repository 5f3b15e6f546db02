import { Personal, personalValues } from "./personal.ts";
import { sealedSubject } from "./sealed-value.ts";
import type { Opened, Opener } from "./sealing.ts";

/** An answer with its personal values opened. */
export interface OpenedAnswer {
  readonly value: unknown;
  /** True when a value stands as null because its user was erased. */
  readonly erased: boolean;
}

const sealedOf = (value: Personal): Uint8Array => {
  if (value.sealed) return value.sealed;
  throw new Error("A personal value reached an answer without ever being sealed.");
};

const replaceValues = (
  value: unknown,
  opened: ReadonlyMap<Personal, Opened | undefined>,
): unknown => {
  if (value instanceof Personal) {
    const result = opened.get(value);
    if (result === undefined) return String(value);
    return result === "erased" ? null : result.value;
  }
  if (Array.isArray(value)) return value.map((item) => replaceValues(item, opened));
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, replaceValues(item, opened)]),
  );
};

/**
 * The same answers with every personal value opened, or null when its user was erased; all of them
 * with one call to the opener. With `only`, values of other users stay `"[personal]"`.
 */
export const openEach = async (
  opener: Opener,
  answers: readonly unknown[],
  only?: string,
): Promise<readonly OpenedAnswer[]> => {
  const isWanted = (value: Personal): boolean =>
    only === undefined || sealedSubject(sealedOf(value)) === only;
  const wanted = answers.map((answer) => personalValues(answer).filter(isWanted));
  const values = wanted.flat();
  const results = values.length > 0 ? await opener.open(values.map(sealedOf)) : [];
  if (results.length !== values.length)
    throw new Error(`The opener answered ${results.length} of ${values.length} values.`);
  const opened = new Map(values.map((value, index) => [value, results[index]]));
  return answers.map((answer, index) => ({
    value: replaceValues(answer, opened),
    erased: wanted[index]?.some((value) => opened.get(value) === "erased") ?? false,
  }));
};

/** The same for one answer. */
export const openPersonal = async (
  opener: Opener,
  answer: unknown,
  only?: string,
): Promise<OpenedAnswer> => {
  const [opened] = await openEach(opener, [answer], only);
  if (opened) return opened;
  throw new Error("An answer was left unopened.");
};
