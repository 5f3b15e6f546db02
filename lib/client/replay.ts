import { isRejection } from "../core/decider.ts";
import { type Domain, keyOf, type Step, streamIdOf } from "../core/domain.ts";
import type { HistoryItem } from "../core/history.ts";
import type { AnyMessages, Message } from "../core/message.ts";
import { Personal, personalValues } from "../core/personal.ts";

/** A command by the name of its route, with the body it is sent with. */
export interface Intent {
  readonly name: string;
  readonly body: unknown;
}

/** A stream of a domain, replayed by the domain's own pure functions. */
export interface Replay {
  /** The events of a history as the domain knows them. */
  read(items: readonly HistoryItem[]): readonly HistoryItem[];
  /** The document after these events; undefined before the first. */
  show(events: readonly HistoryItem[]): object | undefined;
  /** These events, and those that a command would add: none where it would be refused. */
  expect(events: readonly HistoryItem[], intent: Intent, time: string): readonly HistoryItem[];
}

const erased = Personal.sealed(new Uint8Array());

/** The same value with what stands at a path put in its place. */
const withErased = (value: unknown, [key, ...rest]: readonly PropertyKey[]): unknown => {
  if (key === undefined) return value === null ? erased : value;
  if (Array.isArray(value))
    return value.map((item, index) => (index === key ? withErased(item, rest) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === key ? withErased(item, rest) : item,
    ]),
  );
};

/** Parses an event's data; where a personal value was erased, null stands in an answer. */
const readData = (events: AnyMessages, { type, data }: Message): unknown => {
  const parsed = events.lineages[type]?.now.safeParse(data);
  if (parsed?.success) return parsed.data;
  const issues = parsed?.error.issues ?? [];
  const patched = issues.reduce((before, { path }) => withErased(before, path), data);
  return events.parse(type, patched).data;
};

/** A value as an answer would carry it: personal values in clear, or null when they were erased. */
const inClear = (value: unknown): unknown => {
  if (value instanceof Personal) return value.sealed ? null : value.reveal();
  if (Array.isArray(value)) return value.map(inClear);
  if (typeof value !== "object" || value === null) return value;
  const present = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(present.map(([name, item]) => [name, inClear(item)]));
};

/** The step of a request that its own stream decides on; undefined for a body that does not fit. */
const ownStep = (
  { routes, commands }: Domain,
  id: string,
  { name, body }: Intent,
): Step<Message, Message> | undefined => {
  const route = routes[name];
  if (route === undefined) throw new Error(`There is no command ${name}.`);
  const shape = typeof route === "string" ? commands.lineages[route]?.now : route.body;
  if (!shape?.safeParse(body).success) return undefined;
  if (typeof route !== "string") return route.steps(id, body)[0];
  return { id, command: () => commands.parse(route, body) };
};

/** Replays one stream for the user who sends the commands. */
export const createReplay = (domain: Domain, path: string, actor: string): Replay => {
  const id = streamIdOf(domain, path, { sub: actor, admin: false, auditor: false });
  const fold = (events: readonly HistoryItem[]): unknown =>
    events.reduce<unknown>(
      (state, { type, data, ...occurrence }) =>
        domain.decider.evolve(state, { type, data }, { id, ...occurrence }),
      domain.decider.initial,
    );
  return {
    read: (items) => items.map((item) => ({ ...item, data: readData(domain.events, item) })),
    show: (events) => {
      const version = events.at(-1)?.version;
      if (version === undefined) return undefined;
      const shown = domain.show(fold(events));
      const isErased = personalValues(shown).some(({ sealed }) => sealed !== undefined);
      const document = { [keyOf(domain).parameter]: path, version, ...shown };
      return Object.assign({}, inClear(document), isErased ? { erased: true } : {});
    },
    expect: (events, intent, now) => {
      const step = ownStep(domain, id, intent);
      if (!step) return events;
      const { version = 0, time = now } = events.at(-1) ?? {};
      const at = time > now ? time : now;
      const past =
        step.past === undefined || step.past > version
          ? undefined
          : fold(events.slice(0, step.past));
      const decision = domain.decider.decide(step.command([]), fold(events), {
        id,
        actor,
        time: at,
        version,
        past,
      });
      if (isRejection(decision)) return events;
      return [
        ...events,
        ...decision.map(({ type, data }, index) => ({
          version: version + 1 + index,
          type,
          data,
          time: at,
          actor,
        })),
      ];
    },
  };
};
