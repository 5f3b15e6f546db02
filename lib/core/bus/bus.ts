import type { Domain } from "../domain/domain.ts";
import type { Commit, StoredEvent } from "../log/commit.ts";
import { idOf } from "../log/stream.ts";
import { Personal } from "../personal/personal.ts";

/**
 * Largest entry of the bus, and largest request, in bytes.
 * Source: EventBridge user guide, "Calculating PutEvents event entry size".
 */
export const busBytesMax = 256 * 1024;

// The bus also counts the keys and marks of the JSON that it makes of an entry, and does not publish how many bytes.
const envelopeBytes = 512;
const timeBytes = 14;

/** One event on the bus. */
export interface BusEvent {
  readonly stream: string;
  readonly version: number;
  /** Who tells of it: `everfold.account`. */
  readonly source: string;
  /** The event's type, by which consumers choose. */
  readonly type: string;
  /** Time of the commit. */
  readonly time: string;
  /** Everything there is to know, as JSON. */
  readonly detail: string;
}

/** An event that the bus did not take, and why. */
export interface BusFailure {
  readonly event: BusEvent;
  readonly cause: unknown;
}

/** Where events are published for whoever is outside; at least once. */
export interface Bus {
  /**
   * Publishes events one after the other, and answers which were not taken. After one that was not, later events of
   * its stream are held back, and are among the failures.
   */
  publish(events: readonly BusEvent[]): Promise<readonly BusFailure[]>;
}

/** Bytes that an event takes of the bus' limits, rounded up. */
export const busBytes = ({ source, type, detail }: Omit<BusEvent, "stream" | "version">): number =>
  envelopeBytes + timeBytes + Buffer.byteLength(source + type) + Buffer.byteLength(detail);

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** What goes out of a value: sealed personal values stay sealed, and are told apart from plain text by their shape. */
const toJson = (value: unknown): unknown => {
  if (value instanceof Personal) {
    if (!value.sealed) throw new Error("A personal value is not sealed; it must not be published.");
    return { $sealed: base64(value.sealed) };
  }
  if (value instanceof Uint8Array) return { $binary: base64(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
};

/** Where the stream's events can be read. In a stream of one user, the first part of the id is what paths name. */
const historyPath = ({ collection }: Domain, stream: string): string =>
  `/${collection}/${idOf(stream).replace(/\..*$/, "")}/history`;

const busEvent = (
  domain: Domain,
  commit: Commit,
  version: number,
  stored: StoredEvent,
): BusEvent => {
  const { stream, time, actor, owner, correlationId, causationId } = commit;
  const { type, data } = domain.events.read(stored);
  const known = {
    id: `${stream}@${version}`,
    stream,
    version,
    time,
    actor,
    owner,
    correlationId,
    causationId,
    type,
    schema: domain.events.lineages[type]?.schema,
  };
  const source = `everfold.${domain.category}`;
  const detail = JSON.stringify({ ...known, data: toJson(data) });
  const event = { stream, version, source, type, time, detail };
  if (busBytes(event) <= busBytesMax) return event;
  const dataAt = historyPath(domain, stream);
  return { ...event, detail: JSON.stringify({ ...known, dataOmitted: true, dataAt }) };
};

/**
 * What a commit becomes on the bus: one entry an event, in today's shape. Data that is too large for the bus is left
 * out, and the entry says so and where to read it. Refuses personal values in clear.
 */
export const busEvents = (domain: Domain, commit: Commit): readonly BusEvent[] =>
  commit.events.map((stored, index) => busEvent(domain, commit, commit.version + index, stored));
