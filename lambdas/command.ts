import { execute } from "../lib/core/execute.ts";
import { routeKey } from "../lib/core/route.ts";
import { registry } from "../lib/domains/index.ts";
import { commandPorts } from "./command-ports.ts";
import { commandAnswer } from "./http/command-answer.ts";
import { commandRequest } from "./http/command-request.ts";
import { endpoint } from "./http/endpoint.ts";
import { unknownRoute } from "./http/unknown-route.ts";

const routes = new Map(registry.commands.map((route) => [routeKey(route), route]));
const ports = commandPorts();

/** Carries out `POST /{collection}/{id}/{command}`. */
export const handler = endpoint(async (event) => {
  const route = routes.get(event.routeKey);
  if (!route) throw unknownRoute(event);
  const { id, request } = commandRequest(route, event);
  return commandAnswer(id, await execute(ports, request));
});
