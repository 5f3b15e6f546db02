import * as z from "zod/mini";
import type { Caller } from "../../lib/core/domain/access.ts";
import type { StreamRoute } from "../../lib/core/domain/registry.ts";
import type { EventReader } from "../../lib/core/log/event-store.ts";
import type { Opener } from "../../lib/core/personal/sealing.ts";
import type { ConsistencyToken } from "../../lib/core/query/consistency-token.ts";
import { splitGeneration } from "../../lib/core/query/cursor.ts";
import type { ReadPorts } from "../../lib/core/query/read-document.ts";
import type { Clock } from "../../lib/core/retry.ts";
import type { ViewTables } from "../../lib/core/view/view.ts";
import type { Answer } from "../http/answer.ts";
import type { HttpEvent } from "../http/request.ts";
import type { About } from "../telling.ts";

/** What answering queries needs. */
export interface QueryPorts extends Clock {
  readonly store: EventReader;
  readonly tables: ViewTables;
  readonly opener: Opener;
  /** Generations of a view that readers may be shown now; the one that serves comes first. */
  generations(view: string): Promise<readonly number[]>;
}

/** One query, with everything that every query has. */
export interface Query<R = StreamRoute> {
  readonly ports: QueryPorts;
  readonly route: R;
  readonly event: HttpEvent;
  readonly caller: Caller;
  readonly token: ConsistencyToken;
  /** Is told which stream and view the query turns out to be about. */
  readonly about: About;
}

/** The log and the rows of one build of the document views. */
export const readPorts = ({ store, tables }: QueryPorts, generation: number): ReadPorts => ({
  store,
  rowsOf: (view) => tables.documents(view, generation),
});

/** The build that a list is answered from: the one that serves, or the one that its cursor began in. */
export const chooseBuild = async (
  { generations }: QueryPorts,
  view: string,
  cursor: string | undefined,
): Promise<{ readonly generation: number; readonly cursor?: string }> => {
  const readable = await generations(view);
  return cursor === undefined
    ? { generation: readable[0] ?? 1 }
    : splitGeneration(cursor, readable);
};

/** Answers one kind of query. */
export type Answerer<R = StreamRoute> = (query: Query<R>) => Promise<Answer>;

const Digits = z.string().check(z.regex(/^\d{1,3}$/, "must be a number from 1 to 100"));
const PageSize = z.int().check(z.minimum(1), z.maximum(100));

/** Page size of lists, as text from the URL: 1 to 100, 50 when absent. */
export const Limit = z._default(z.pipe(Digits, z.pipe(z.transform(Number), PageSize)), 50);

/** Which page of a list is asked for. */
export const Page = z.strictObject({ limit: Limit, cursor: z.optional(z.string()) });

/** A version, as text from the URL. */
export const Version = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,15}$/, "must be a version, 1 or more")),
  z.transform(Number),
);
