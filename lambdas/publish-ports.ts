import { createBus } from "../lib/adapters/eventbridge/bus.ts";
import { createBusClient } from "../lib/adapters/eventbridge/client.ts";
import type { PublishPorts } from "../lib/core/bus/publish.ts";
import { registry } from "../lib/domains/index.ts";
import { clock } from "./clock.ts";
import { environment } from "./environment.ts";

/** What publishing needs: the bus that this function was granted. */
export const publishPorts = (): PublishPorts => ({
  bus: createBus(createBusClient(), environment("EVENT_BUS_NAME"), clock),
  domainOf: registry.domainOf,
});
