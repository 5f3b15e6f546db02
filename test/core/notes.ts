import * as z from "zod/mini";
import { type BusEvent, busEvents } from "../../lib/core/bus/bus.ts";
import { type Domain, domain } from "../../lib/core/domain/domain.ts";
import { lineage } from "../../lib/core/domain/lineage.ts";
import { messages } from "../../lib/core/domain/message.ts";
import type { Commit, StoredEvent } from "../../lib/core/log/commit.ts";
import { personal } from "../../lib/core/personal/personal.ts";

const NoteTitled = lineage(z.strictObject({ name: z.string() })).next(
  z.strictObject({ title: z.string() }),
  ({ name }) => ({ title: name }),
);

const Event = messages({
  NoteWritten: {
    author: z.string(),
    text: z.strictObject({ lines: z.array(personal(z.string(), "author")) }),
    picture: z.optional(z.instanceof(Uint8Array)),
    appendix: z.optional(z.string()),
  },
  NoteTitled,
});

/** A domain with personal values, binary ones, and an event whose schema has changed. */
export const notes: Domain = domain({
  category: "note",
  collection: "notes",
  commands: messages({}),
  events: Event,
  state: lineage(z.null()),
  decider: { initial: null, decide: () => [], evolve: () => null },
  owner: () => undefined,
  allow: {},
  readers: [],
  routes: {},
  show: () => ({}),
  shown: z.strictObject({}),
});

/** A commit of notes; its events carry on from `version`. */
export const noteCommit = (
  stream: string,
  version: number,
  events: readonly StoredEvent[],
  facts: Partial<Commit> = {},
): Commit => ({
  stream,
  version,
  format: 1,
  events,
  id: new Uint8Array(16),
  time: "2026-11-01T10:00:00.123Z",
  owner: "ada",
  people: ["ada"],
  actor: "bob",
  correlationId: "request-1",
  causationId: "command-1",
  snapshotVersion: 0,
  hash: new Uint8Array(32),
  ...facts,
});

/** An event of today's schema. */
export const titled = (title: string): StoredEvent => ({
  type: "NoteTitled",
  schema: 2,
  data: { title },
});

/** Events of one stream as they go to the bus. */
export const titledOnBus = (stream: string, ...titles: readonly string[]): readonly BusEvent[] =>
  busEvents(notes, noteCommit(stream, 1, titles.map(titled)));
