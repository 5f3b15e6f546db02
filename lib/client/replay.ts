import * as z from "zod/mini";
import { isRejection } from "../core/domain/decider.ts";
import { type Domain, keyOf, type Step, streamIdOf } from "../core/domain/domain.ts";
import type { Message } from "../core/domain/message.ts";
import type { HistoryItem } from "../core/log/history.ts";
import { openedDocument } from "./opened.ts";
import type { CommandOptions } from "./shapes.ts";

type Events = readonly HistoryItem[];

/** A command by the name of its route, as it will be sent, and when it was asked for (ISO 8601). */
export interface Intent {
  readonly name: string;
  readonly body: unknown;
  readonly options: CommandOptions | undefined;
  readonly time: string;
}

/** A stream of a domain, replayed by the domain's own pure functions. */
export interface Replay {
  /** The document after these events; undefined before the first. */
  show(events: Events): object | undefined;
  /** These events and those that a command would add: none where it would be refused. */
  expect(events: Events, intent: Intent): Events;
}

/** The step of a request that its own stream decides on; undefined for a body that does not fit. */
const ownStep = (
  { routes, commands }: Domain,
  id: string,
  { name, body }: Intent,
): Step<Message, Message> | undefined => {
  const route = routes[name];
  if (route === undefined) throw new Error(`There is no command ${name}.`);
  const shape = typeof route === "string" ? commands.lineages[route]?.now : route.body;
  if (!shape || !z.safeParse(shape, body).success) return undefined;
  if (typeof route !== "string") return route.steps(id, body)[0];
  return { id, command: () => commands.parse(route, body) };
};

const fold = ({ decider }: Domain, id: string, events: Events): unknown =>
  events.reduce<unknown>(
    (state, { type, data, ...occurrence }) =>
      decider.evolve(state, { type, data }, { id, ...occurrence }),
    decider.initial,
  );

/** What is decided on these events, as the history would show it. */
const decided = (
  domain: Domain,
  { id, past, command }: Step<Message, Message>,
  events: Events,
  actor: string,
  asked: string,
): Events => {
  const { version, time: last } = events.at(-1) ?? { version: 0, time: asked };
  const time = last < asked ? asked : last;
  const decision = domain.decider.decide(command([]), fold(domain, id, events), {
    id,
    actor,
    time,
    version,
    past: events[(past ?? 0) - 1] && fold(domain, id, events.slice(0, past)),
  });
  if (isRejection(decision)) return [];
  return decision.map((event, index) => ({ version: version + 1 + index, ...event, time, actor }));
};

/** Replays one stream for the user who sends the commands. */
export const createReplay = (domain: Domain, path: string, actor: string): Replay => {
  const id = streamIdOf(domain, path, { sub: actor, admin: false, auditor: false });
  return {
    show: (events) => {
      const version = events.at(-1)?.version;
      if (version === undefined) return undefined;
      const shown = domain.show(fold(domain, id, events));
      return openedDocument({ [keyOf(domain).parameter]: path, version, ...shown });
    },
    expect: (events, intent) => {
      const step = ownStep(domain, id, intent);
      return step ? [...events, ...decided(domain, step, events, actor, intent.time)] : events;
    },
  };
};
