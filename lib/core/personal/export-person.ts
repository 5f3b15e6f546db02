import * as z from "zod/mini";
import type { Domain } from "../domain/domain.ts";
import type { EventReader } from "../log/event-store.ts";
import { type HistoryItem, readHistory } from "../log/history.ts";
import { load } from "../log/load.ts";
import { idOf } from "../log/stream.ts";
import { answerBytes, fitting } from "../query/answer-size.ts";
import { decodeCursor, encodeCursor } from "../query/cursor.ts";
import { showDocument } from "../view/document-view.ts";
import type { LedgerRows } from "../view/ledger-view.ts";
import { openEach } from "./open-personal.ts";
import type { Opener } from "./sealing.ts";

/** Bounds of one page of an export. */
export interface ExportBounds {
  /** Bytes of an answer after which no more events are added. */
  readonly bytesMax: number;
  readonly eventsAtOnce: number;
  readonly streamsAtOnce: number;
}

/** What a function may answer is 6 MB; the largest document and one more event are less than the rest. */
export const exportBounds: ExportBounds = {
  bytesMax: 4 * 1024 * 1024,
  eventsAtOnce: 20,
  streamsAtOnce: 20,
};

/** What exporting needs of the world. */
export interface ExportPorts {
  readonly domains: readonly Domain[];
  readonly store: EventReader;
  readonly opener: Opener;
  /** The rows of the ledger that knows which streams of a domain concern whom. */
  people(domain: Domain): Pick<LedgerRows, "list">;
}

/** One page of an export; without a cursor it is the last. */
export interface ExportPage {
  readonly person: string;
  readonly streams: readonly unknown[];
  readonly erased?: boolean;
  readonly cursor?: string;
}

/** Where an export goes on: with the stream that follows `after` in its category, from a version on. */
const Position = z.strictObject({
  category: z.string(),
  after: z.exactOptional(z.string().check(z.maxLength(1024))),
  from: z.int().check(z.minimum(1)),
});
type Position = z.output<typeof Position>;

/** What concerns the person of one stream; a long one goes on in the next page. */
interface Exported {
  readonly stream: string;
  readonly document: object;
  readonly events: readonly HistoryItem[];
}

interface Page {
  readonly bounds: ExportBounds;
  readonly streams: unknown[];
  bytes: number;
  erased: boolean;
}

/** Adds a stream's document and as many of the events as fit, but one at least; answers how many these are. */
const addStream = async (
  { opener }: ExportPorts,
  page: Page,
  person: string,
  { stream, document, events }: Exported,
): Promise<number> => {
  const [shown, ...opened] = await openEach(opener, [document, ...events], person);
  if (!shown) throw new Error(`The document of ${stream} was left unopened.`);
  const room = page.bounds.bytesMax - page.bytes - answerBytes(shown.value);
  const values = fitting(
    opened.map(({ value }) => value),
    room,
  );
  const exported = { stream, document: shown.value, events: values };
  page.streams.push(exported);
  page.bytes += answerBytes(exported);
  page.erased ||= shown.erased || opened.slice(0, values.length).some(({ erased }) => erased);
  return values.length;
};

/** Adds one stream, some events at a time; answers the version to go on from when the page is full. */
const exportStream = async (
  ports: ExportPorts,
  page: Page,
  person: string,
  domain: Domain,
  stream: string,
  start: number,
): Promise<number | undefined> => {
  const head = await load(domain, ports.store, stream, { consistent: true });
  const document = showDocument(domain, idOf(stream), head);
  let from: number | undefined = start;
  while (from !== undefined) {
    if (page.bytes >= page.bounds.bytesMax) return from;
    const limit = page.bounds.eventsAtOnce;
    const { items, next } = await readHistory(domain, ports.store, stream, { from, limit });
    const added = await addStream(ports, page, person, { stream, document, events: items });
    from = items[added]?.version ?? next;
  }
  return undefined;
};

/** Adds the streams of one domain; answers where to go on when the page is full. */
const exportDomain = async (
  ports: ExportPorts,
  page: Page,
  person: string,
  domain: Domain,
  start: Position,
): Promise<Position | undefined> => {
  const { category } = domain;
  let { after, from } = start;
  const query = { partition: person, range: {}, descending: false };
  for (;;) {
    const limit = page.bounds.streamsAtOnce;
    const rows = await ports.people(domain).list({ ...query, limit, ...(after ? { after } : {}) });
    for (const { key, sort: stream } of rows) {
      const rest = await exportStream(ports, page, person, domain, stream, from);
      if (rest !== undefined)
        return { category, from: rest, ...(after === undefined ? {} : { after }) };
      after = key;
      from = 1;
    }
    if (rows.length < limit) return undefined;
  }
};

const shown = (person: string, { streams, erased }: Page): ExportPage => ({
  person,
  ...(erased ? { erased } : {}),
  streams,
});

/**
 * Everything that concerns one person, page by page: documents and events of every stream whose commits name them. Only
 * that person's own values are opened; those of others stay sealed.
 */
export const exportPerson = async (
  ports: ExportPorts,
  person: string,
  cursor?: string,
  bounds = exportBounds,
): Promise<ExportPage> => {
  const scope = ["export", person];
  const [first] = ports.domains;
  const start =
    cursor === undefined
      ? { category: first?.category ?? "", from: 1 }
      : decodeCursor(scope, cursor, Position);
  const page: Page = { bounds, streams: [], bytes: 0, erased: false };
  const from = ports.domains.findIndex(({ category }) => category === start.category);
  for (const domain of ports.domains.slice(Math.max(0, from))) {
    const { category } = domain;
    const position = category === start.category ? start : { category, from: 1 };
    const next = await exportDomain(ports, page, person, domain, position);
    if (next) return { ...shown(person, page), cursor: encodeCursor(scope, next) };
  }
  return shown(person, page);
};
