import { execute } from "../lib/core/command/execute.ts";
import { streamOf } from "../lib/core/domain/domain.ts";
import { routeKey } from "../lib/core/system/route.ts";
import { registry } from "../lib/domains/index.ts";
import { commandPorts } from "./command-ports.ts";
import { commandAnswer } from "./http/command-answer.ts";
import { commandRequest } from "./http/command-request.ts";
import { endpoint } from "./http/endpoint.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { createTurns } from "./turns.ts";

const routes = new Map(registry.commands.map((route) => [routeKey(route), route]));
const ports = commandPorts();
const turns = createTurns();

/** Carries out `POST /{collection}/{id}/{command}`. */
export const handler = endpoint(async (event) => {
  const route = routes.get(event.routeKey);
  if (!route) throw unknownRoute(event);
  const { id, request } = commandRequest(route, event);
  const streams = request.steps.map((step) => streamOf(request.domain, step.id));
  return commandAnswer(id, await turns.take(streams, () => execute(ports, request)));
});
