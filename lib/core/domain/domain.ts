import * as z from "zod/mini";
import { compositeId, parseId, streamName } from "../log/stream.ts";
import type { ViewDeclaration } from "../view/view.ts";
import type { ViewQuery } from "../view/view-query.ts";
import type { Caller, Role, Subject } from "./access.ts";
import type { Decider } from "./decider.ts";
import type { Lineage } from "./lineage.ts";
import type { AnyMessages, Message } from "./message.ts";

/** One decision of a request: which stream, and the command, which may depend on what the step before decided. */
export interface Step<Command, Event> {
  readonly id: string;
  /** An earlier version of the stream whose state the decision needs. */
  readonly past?: number;
  command(earlier: readonly Event[]): Command;
}

/** A request that several streams of the domain decide on, all or none. */
export interface StepsRoute<Command, Event, Body extends z.core.$ZodType = z.core.$ZodType> {
  readonly body: Body;
  steps(id: string, body: unknown): readonly Step<Command, Event>[];
}

/** Declares a route of several steps, whose `steps` gets the parsed body. */
export const stepsRoute = <Body extends z.core.$ZodType, Command, Event>(
  body: Body,
  steps: (id: string, body: z.output<Body>) => readonly Step<Command, Event>[],
): StepsRoute<Command, Event, Body> => ({
  body,
  steps: (id, raw) => steps(id, z.parse(body, raw)),
});

/** Where a document is found by one of its values. */
export interface IndexEntry {
  readonly partition: string;
  /** A text, or a whole number from 0 on. */
  readonly sort: string | number;
}

/** An index of the document view. */
export interface IndexDeclaration {
  /** True: its partitions are users, who list their documents by `GET /{collection}?{index}=<sub>`. */
  readonly lists?: boolean;
}

/** What readers of a log see of an event, besides its version, type, actor and time. */
export interface EventLog<E> {
  show(event: E): object;
  readonly shown: z.core.$ZodObject;
}

/** What readers see of two versions of a stream, besides their numbers. */
export interface Comparison<S> {
  compare(from: S, to: S): object;
  readonly shown: z.core.$ZodObject;
}

/** How the streams of a domain are addressed. */
export interface StreamKey {
  /** Name of the path parameter. */
  readonly parameter: string;
  /** True: each user has a stream of their own under the same path. */
  readonly perUser: boolean;
}

/** What a domain declares; types derive from its own tables of events, commands and state. */
export interface DomainDeclaration<C extends Message, E extends Message, S> {
  /** Kind of stream, singular: `account`. */
  readonly category: string;
  /** Path segment and name of the document view, plural: `accounts`. */
  readonly collection: string;
  readonly key?: StreamKey;
  readonly commands: AnyMessages;
  readonly events: AnyMessages;
  readonly state: Lineage<z.core.$ZodType<S>>;
  readonly decider: Decider<C, E, S>;
  /** Whose stream it is in this state; undefined before it exists. */
  owner(state: S): string | undefined;
  /** Other users with a part in this state, by role. */
  parties?(state: S): Readonly<Record<string, string | undefined>>;
  /** Who may run a command, by its type. */
  readonly allow: { readonly [K in C["type"]]: readonly Role[] };
  /** Who may read a stream; admins and auditors always may. */
  readonly readers: readonly Role[];
  /** What `POST /{collection}/{id}/{name}` runs: a command by its type, or several steps. */
  readonly routes: Readonly<Record<string, C["type"] | StepsRoute<C, E>>>;
  /** What a reader sees of a state. */
  show(state: S): object;
  /** Shape of what `show` gives for a stream that exists. */
  readonly shown: z.core.$ZodObject;
  /** Other ways to find the document, by index name. */
  index?(state: S): Readonly<Record<string, IndexEntry | undefined>>;
  /** Indexes that `index` fills. */
  readonly indexes?: Readonly<Record<string, IndexDeclaration>>;
  /** Number of the document view's definition, 1 if absent: raise it whenever `index` changes what it gives. */
  readonly definition?: number;
  /** The definition before this one, kept until every stage serves this one. */
  readonly previous?: {
    readonly definition: number;
    index?(state: S): Readonly<Record<string, IndexEntry | undefined>>;
  };
  /** Questions to the document view's indexes, `GET /views/{name}`. */
  readonly lookups?: Readonly<Record<string, ViewQuery>>;
  /** Other ways to show the history, `GET /{collection}/{id}/{name}`: one item an event. */
  readonly logs?: Readonly<Record<string, EventLog<E>>>;
  /** Comparisons of two versions, `GET /{collection}/{id}/{name}?from=&to=`. */
  readonly comparisons?: Readonly<Record<string, Comparison<S>>>;
  /** True: its streams have no query routes of their own; views alone show them. */
  readonly hidden?: boolean;
  /** Other views of this domain's events. */
  readonly views?: readonly ViewDeclaration<E>[];
}

/** A domain, whatever its types: what core, adapters and hosts work with. */
export type Domain = DomainDeclaration<Message, Message, unknown>;

/** A domain that also keeps the types it was declared with, for those who call its routes by name. */
export interface DomainOf<Declared> extends Domain {
  readonly declared: Declared;
}

/** Declares a domain: checks it against its own types; refuses fields that no domain has. */
export const domain = <C extends Message, E extends Message, S, const D extends object>(
  declaration: DomainDeclaration<C, E, S> &
    D & { readonly [K in Exclude<keyof D, keyof DomainDeclaration<C, E, S>>]: never },
): DomainOf<D> => ({ ...declaration, declared: declaration });

/** How this domain's streams are addressed. */
export const keyOf = (domain: Domain): StreamKey =>
  domain.key ?? { parameter: "id", perUser: false };

/** The stream's id that a path parameter means for this caller; refuses ids outside the alphabet. */
export const streamIdOf = (domain: Domain, value: string | undefined, caller: Caller): string => {
  const { parameter, perUser } = keyOf(domain);
  const id = parseId(parameter, value);
  return perUser ? compositeId(id, caller.sub) : id;
};

/** The id by which readers know a stream: what stands in its path. */
export const publicId = (domain: Domain, streamId: string): string =>
  keyOf(domain).perUser ? (streamId.split(".")[0] ?? streamId) : streamId;

/** The stream that an id of this domain names. */
export const streamOf = (domain: Domain, id: string): string => streamName(domain.category, id);

/** Who counts as who in this state. */
export const subjectOf = (domain: Domain, state: unknown): Subject => ({
  owner: domain.owner(state),
  parties: domain.parties?.(state) ?? {},
});
