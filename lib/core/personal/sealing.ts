import type { Message } from "../domain/message.ts";
import { Personal, personalValues } from "./personal.ts";

/** Seals values under a user's key. */
export interface Sealer {
  /**
   * Sealed bytes for each value (JSON), in order; refuses as `gone` when the user was erased, and
   * as `unavailable` while the user's key cannot be had.
   */
  seal(subject: string, values: readonly unknown[]): Promise<readonly Uint8Array[]>;
}

/** What became of a sealed value: the value, or `erased` when its user was erased. */
export type Opened = { readonly value: unknown } | "erased";

/** Opens sealed values. */
export interface Opener {
  /**
   * What became of each value, in order; refuses as `unavailable` while a key cannot be had for
   * now. Bytes that were tampered with, and a key that is missing though nobody was erased, are
   * faults.
   */
  open(sealed: readonly Uint8Array[]): Promise<readonly Opened[]>;
}

const subjectOfValue = (value: Personal, event: Message, owner: string | undefined): string => {
  const data = event.data;
  const named: unknown =
    value.whose === "owner"
      ? owner
      : typeof data === "object" &&
        data !== null &&
        Object.getOwnPropertyDescriptor(data, value.whose)?.value;
  if (typeof named === "string" && named !== "") return named;
  throw new Error(
    `${event.type}: a personal value belongs to "${value.whose}", which names nobody.`,
  );
};

const replaceValues = (data: unknown, sealed: ReadonlyMap<Personal, Personal>): unknown => {
  if (data instanceof Personal) return sealed.get(data) ?? data;
  if (Array.isArray(data)) return data.map((item) => replaceValues(item, sealed));
  if (data instanceof Uint8Array || typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, item]) => [key, replaceValues(item, sealed)]),
  );
};

/**
 * The same events with every personal value sealed for its subject, and who those subjects are.
 * Events without personal values in clear come back as they are, without a call to the sealer.
 */
export const sealEvents = async (
  sealer: Sealer,
  events: readonly Message[],
  owner: string | undefined,
): Promise<{ readonly events: readonly Message[]; readonly subjects: readonly string[] }> => {
  const bySubject = new Map<string, Personal[]>();
  for (const event of events)
    for (const value of personalValues(event.data).filter(({ sealed }) => !sealed)) {
      const subject = subjectOfValue(value, event, owner);
      bySubject.set(subject, [...(bySubject.get(subject) ?? []), value]);
    }
  if (bySubject.size === 0) return { events, subjects: [] };
  const replacements = new Map<Personal, Personal>();
  for (const [subject, values] of bySubject) {
    const bytes = await sealer.seal(
      subject,
      values.map((value) => value.reveal()),
    );
    values.forEach((value, index) => {
      const sealed = bytes[index];
      if (!sealed) throw new Error("The sealer answered fewer values than it was given.");
      replacements.set(value, Personal.sealed(sealed, value.whose));
    });
  }
  return {
    events: events.map(({ type, data }) => ({ type, data: replaceValues(data, replacements) })),
    subjects: [...bySubject.keys()],
  };
};
