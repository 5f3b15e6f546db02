import type { CommandAnswer, CommandRequest } from "../lib/core/command/command-request.ts";
import { execute } from "../lib/core/command/execute.ts";
import { streamOf } from "../lib/core/domain/domain.ts";
import type { Meter } from "../lib/core/meter.ts";
import { routeKey } from "../lib/core/system/route.ts";
import { registry } from "../lib/domains/index.ts";
import { commandPorts } from "./command-ports.ts";
import { commandAnswer } from "./http/command-answer.ts";
import { commandRequest } from "./http/command-request.ts";
import { endpoint } from "./http/endpoint.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { type About, createTeller } from "./telling.ts";
import { toldAppends } from "./told-appends.ts";
import { outcomeOf } from "./told-outcomes.ts";
import { createTurns } from "./turns.ts";

const routes = new Map(registry.commands.map((route) => [routeKey(route), route]));
const teller = createTeller("command");
const portsBy = commandPorts((outcome) =>
  teller.count(outcome === "made" ? "KeysMade" : "KeysRefused"),
);
const turns = createTurns();

/** Carries out a request; tells how often it was tried, which is none for a safe repeat and more than one on a conflict. */
const carryOut = async (
  request: CommandRequest,
  about: About,
  meter: Meter,
): Promise<CommandAnswer> => {
  const ports = portsBy(meter);
  let attempts = 0;
  const store = toldAppends(ports.store, () => {
    attempts += 1;
  });
  try {
    return await execute({ ...ports, store }, request);
  } finally {
    about({ attempts });
    if (attempts > 1) teller.count("Retries", attempts - 1);
  }
};

const countOutcome = (status: number): void => {
  const outcome = outcomeOf(status);
  if (outcome) teller.count(outcome);
};

/** Carries out `POST /{collection}/{id}/{command}`. */
export const handler = endpoint(
  teller,
  async (event, about, meter) => {
    const route = routes.get(event.routeKey);
    if (!route) throw unknownRoute(event);
    const { id, request } = commandRequest(route, event);
    const streams = request.steps.map((step) => streamOf(request.domain, step.id));
    about({ stream: streams[0], others: streams.length > 1 ? streams.slice(1) : undefined });
    return commandAnswer(id, await turns.take(streams, () => carryOut(request, about, meter)));
  },
  countOutcome,
);
