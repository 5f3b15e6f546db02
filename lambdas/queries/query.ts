import * as z from "zod";
import type { Caller } from "../../lib/core/access.ts";
import type { ConsistencyToken } from "../../lib/core/consistency-token.ts";
import type { ReadPorts } from "../../lib/core/read-document.ts";
import type { StreamRoute } from "../../lib/core/registry.ts";
import type { Opener } from "../../lib/core/sealing.ts";
import type { Answer } from "../http/answer.ts";
import type { HttpEvent } from "../http/request.ts";

/** What answering queries needs. */
export interface QueryPorts extends ReadPorts {
  readonly opener: Opener;
}

/** One query, with everything that every query has. */
export interface Query {
  readonly ports: QueryPorts;
  readonly route: StreamRoute;
  readonly event: HttpEvent;
  readonly caller: Caller;
  readonly token: ConsistencyToken;
}

/** Answers one kind of query. */
export type Answerer = (query: Query) => Promise<Answer>;

/** Page size of lists, as text from the URL: 1 to 100, 50 when absent. */
export const Limit = z
  .string()
  .regex(/^\d{1,3}$/, "must be a number from 1 to 100")
  .transform(Number)
  .pipe(z.int().min(1).max(100))
  .default(50);

/** A version, as text from the URL. */
export const Version = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, "must be a version, 1 or more")
  .transform(Number);
