import * as z from "zod/mini";
import { type Lineage, lineage } from "./lineage.ts";

type Shape = z.core.$ZodShape;
/** How a message is declared: the fields of its only shape so far, or a lineage of shapes. */
type Declaration = Shape | Lineage;
type Table = Record<string, Declaration>;

type LineageOf<D> =
  D extends Lineage<infer S> ? Lineage<S> : D extends Shape ? Lineage<StrictObject<D>> : never;
type StrictObject<S extends Shape> = z.ZodMiniObject<S, z.core.$strict>;
type DataOf<D> = LineageOf<D> extends Lineage<infer S> ? z.output<S> : never;

/** A message as it is stored: its type, the number of its schema, and the data of that schema. */
export interface StoredMessage {
  readonly type: string;
  readonly schema: number;
  readonly data: unknown;
}

/** A command or an event in memory: always of today's schema. */
export interface Message {
  readonly type: string;
  readonly data: unknown;
}

type Constructors<T extends Table> = {
  readonly [K in keyof T & string]: (data: DataOf<T[K]>) => {
    readonly type: K;
    readonly data: DataOf<T[K]>;
  };
};

interface Parsers<T extends Table> {
  /** Schemas by message type. */
  readonly lineages: { readonly [K in keyof T & string]: LineageOf<T[K]> };
  /** Parses untrusted data as today's shape of `type`; throws zod's error when it does not fit. */
  parse<K extends keyof T & string>(type: K, data: unknown): MessagesOf<T, K>;
  /** Parses what was stored under any published schema; throws on an unknown type or schema. */
  read(stored: StoredMessage): MessagesOf<T>;
}

type MessagesOf<T extends Table, K extends keyof T & string = keyof T & string> = {
  [P in K]: { readonly type: P; readonly data: DataOf<T[P]> };
}[K];

/** A table of messages: a constructor per type (PascalCase), and the parsers. */
export type Messages<T extends Table = Table> = Constructors<T> & Parsers<T>;

/** The union of all messages of a table. */
export type MessageOf<M> = M extends Parsers<infer T> ? MessagesOf<T> : never;

/** What the rest of core needs of a table of messages, whatever its types. */
export interface AnyMessages {
  readonly lineages: Readonly<Record<string, Lineage>>;
  parse(type: string, data: unknown): Message;
  read(stored: StoredMessage): Message;
}

const isLineage = (declaration: Declaration): declaration is Lineage =>
  "read" in declaration && typeof declaration.read === "function";

/**
 * Declares commands or events once; types, constructors, parsers and schemas derive from the table.
 * Refuses type names that are not PascalCase, so that no name can hide a parser.
 */
export const messages = <const T extends Table>(table: T): Messages<T> => {
  const lineages: Record<string, Lineage> = {};
  const constructors: Record<string, (data: unknown) => Message> = {};
  for (const [type, declaration] of Object.entries(table)) {
    if (!/^[A-Z][A-Za-z0-9]*$/.test(type))
      throw new Error(`Message type ${type} is not PascalCase.`);
    lineages[type] = isLineage(declaration) ? declaration : lineage(z.strictObject(declaration));
    constructors[type] = (data) => ({ type, data });
  }
  const known = (type: string): Lineage => {
    const found = Object.hasOwn(lineages, type) ? lineages[type] : undefined;
    if (!found) throw new Error(`Message type ${type} is unknown here.`);
    return found;
  };
  const parsers: AnyMessages = {
    lineages,
    parse: (type, data) => ({ type, data: z.parse(known(type).now, data) }),
    read: ({ type, schema, data }) => ({ type, data: known(type).read(schema, data) }),
  };
  // The table's types cannot be followed through a loop over its entries; this is the one place that asserts them.
  return { ...constructors, ...parsers } as unknown as Messages<T>;
};
