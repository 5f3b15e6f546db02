import type * as z from "zod/mini";
import type { Rejection } from "../core/domain/decider.ts";
import type { DomainOf } from "../core/domain/domain.ts";
import type { AnyMessages, MessageOf } from "../core/domain/message.ts";
import type { Personal } from "../core/personal/personal.ts";

/** What a client's types derive from: a domain as it was declared. */
export type AnyDomain = DomainOf<{
  readonly commands: AnyMessages;
  readonly events: AnyMessages;
  readonly routes: Readonly<Record<string, string | { readonly body: z.core.$ZodType }>>;
  readonly shown: z.core.$ZodObject;
  readonly decider: { decide(...given: never): unknown };
}>;

type Declared<D extends AnyDomain> = D["declared"];
type Flat<T> = { readonly [K in keyof T]: T[K] };
type Field<T, K extends string> = T extends { readonly [P in K]: infer V } ? V : object;

/** A value as an answer carries it: personal values stand in clear, or are null once their owner was erased. */
export type Opened<T> =
  T extends Personal<infer V>
    ? V | null
    : T extends readonly (infer I)[]
      ? readonly Opened<I>[]
      : T extends object
        ? { readonly [K in keyof T]: Opened<T[K]> }
        : T;

type IdOf<D> = D extends { readonly key: { readonly parameter: infer P extends string } }
  ? P
  : "id";

/** What `GET /{collection}/{id}` answers. */
export type DocumentOf<D extends AnyDomain> = Flat<
  { readonly [K in IdOf<Declared<D>>]: string } & {
    readonly version: number;
    readonly erased?: true;
  } & Opened<z.output<Declared<D>["shown"]>>
>;

/** Why a domain may refuse: the codes of its decider. */
export type CodeOf<D extends AnyDomain> = Extract<
  ReturnType<Declared<D>["decider"]["decide"]>,
  Rejection
>["rejected"];

type Event<D extends AnyDomain> = MessageOf<Declared<D>["events"]>;
type Listed<Shown> = Flat<
  Shown & { readonly version: number; readonly time: string; readonly actor: string }
>;
type Item<E> = E extends { readonly type: string; readonly data: unknown }
  ? Listed<{ readonly type: E["type"]; readonly data: Opened<E["data"]> }>
  : never;

/** One event of `GET /{collection}/{id}/history`. */
export type EventOf<D extends AnyDomain> = Item<Event<D>>;

/** What a command answers; `events` is empty after a safe repeat. */
export interface Done<D extends AnyDomain = AnyDomain> {
  readonly id: string;
  readonly version: number;
  readonly events: readonly { readonly type: Event<D>["type"]; readonly version: number }[];
}

/** One page of a list, and where the next one goes on. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

/** Which page of a list: at most `limit` items (1 to 100, 50 if absent). */
export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Which past of a document: right after a version, or at a time. */
export type Moment = { readonly version: number } | { readonly at: string | Date };

/** How a command is sent. */
export interface CommandOptions {
  /** The version that the stream must be at. */
  readonly ifMatch?: number | undefined;
  /**
   * The caller's same request under the same key gets the first answer again; a random key if absent. `null`: none, which
   * is cheaper, but then a command is never sent again, not even when its answer was lost.
   */
  readonly idempotencyKey?: string | null | undefined;
}

/** What `GET /{collection}/{id}/integrity` answers. */
export type Integrity =
  | {
      readonly ok: true;
      readonly commits: number;
      readonly version: number;
      readonly hash: string;
      readonly cursor?: string;
    }
  | { readonly ok: false; readonly brokenAt: number; readonly reason: string };

type BodyOf<D extends AnyDomain, Route> = Route extends string
  ? z.input<Declared<D>["commands"]["lineages"][Route]["now"]>
  : Route extends { readonly body: infer B extends z.core.$ZodType }
    ? z.input<B>
    : never;

/** A body may be left out where an empty one would do. */
type Command<Before extends readonly unknown[], Body, Answer> =
  Record<never, never> extends Body
    ? (...given: [...Before, body?: Body, options?: CommandOptions]) => Promise<Answer>
    : (...given: [...Before, body: Body, options?: CommandOptions]) => Promise<Answer>;

/** A function for each command of a domain, by the last segment of its path. */
export type CommandsOf<D extends AnyDomain, Before extends readonly unknown[], Answer> = {
  readonly [R in keyof Declared<D>["routes"]]: Command<
    Before,
    BodyOf<D, Declared<D>["routes"][R]>,
    Answer
  >;
};

type ListIndex<Indexes> = {
  [I in keyof Indexes]: Indexes[I] extends { readonly lists: true } ? I : never;
}[keyof Indexes];

/** Whose documents are listed: the caller's own if absent. */
type ListRequest<D extends AnyDomain> = PageRequest & {
  readonly [U in ListIndex<Field<Declared<D>, "indexes">> | "owner"]?: string | undefined;
};

type LogsOf<D extends AnyDomain, Logs> = {
  readonly [L in keyof Logs]: (
    id: string,
    page?: PageRequest,
  ) => Promise<
    Page<
      Listed<
        { readonly type: Event<D>["type"] } & Opened<
          z.output<Extract<Field<Logs[L], "shown">, z.core.$ZodObject>>
        >
      >
    >
  >;
};

/** Two versions of a stream. */
export interface Versions {
  readonly from: number;
  readonly to: number;
}

type ComparisonsOf<Comparisons> = {
  readonly [C in keyof Comparisons]: (
    id: string,
    versions: Versions,
  ) => Promise<
    Flat<Versions & Opened<z.output<Extract<Field<Comparisons[C], "shown">, z.core.$ZodObject>>>>
  >;
};

/** What may be asked of a domain's streams. */
export type QueriesOf<D extends AnyDomain> = {
  get(id: string, moment?: Moment): Promise<DocumentOf<D>>;
  list(request?: ListRequest<D>): Promise<Page<DocumentOf<D>>>;
  history(id: string, page?: PageRequest): Promise<Page<EventOf<D>>>;
  integrity(id: string, page?: Pick<PageRequest, "cursor">): Promise<Integrity>;
} & LogsOf<D, Field<Declared<D>, "logs">> &
  ComparisonsOf<Field<Declared<D>, "comparisons">>;
