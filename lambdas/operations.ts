import { v7 } from "uuid";
import * as z from "zod/mini";
import { connect } from "../lib/adapters/dynamodb/client.ts";
import { createProjectorLag } from "../lib/adapters/dynamodb/projector-lag.ts";
import { createQueueClient } from "../lib/adapters/sqs/client.ts";
import { createDeadLetters } from "../lib/adapters/sqs/dead-letters.ts";
import { startAudit } from "../lib/core/audit/audit.ts";
import { auditReport } from "../lib/core/audit/audit-report.ts";
import { Refusal } from "../lib/core/errors.ts";
import type { Meter } from "../lib/core/meter.ts";
import { viewControlTable } from "../lib/core/system/tables.ts";
import { listDeadPairs, redriveAll } from "../lib/core/upkeep/dead-letter-list.ts";
import { startRebuild } from "../lib/core/upkeep/rebuild.ts";
import { viewReports } from "../lib/core/view/view-reports.ts";
import { registry } from "../lib/domains/index.ts";
import { clock } from "./clock.ts";
import { environment, tableName } from "./environment.ts";
import type { Answer } from "./http/answer.ts";
import { endpoint } from "./http/endpoint.ts";
import { callerOf, type HttpEvent, queryParameters } from "./http/request.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { auditPorts, rebuildPorts, workQueuePort } from "./read-side-ports.ts";
import { createTeller } from "./telling.ts";

const connection = connect();
const queues = createQueueClient();
const queue = workQueuePort(queues);
const urls = { work: environment("WORK_QUEUE_URL"), dead: environment("DEAD_LETTER_QUEUE_URL") };
const deadLetters = createDeadLetters(queues, urls, clock);

const portsBy = (meter: Meter) => {
  const client = connection.metered(meter);
  const rebuilding = rebuildPorts(client, queue);
  return {
    ...rebuilding,
    ...auditPorts(client, rebuilding),
    lag: createProjectorLag(client, tableName(viewControlTable)),
    deadLetters,
  };
};
type Ports = ReturnType<typeof portsBy>;

const Nothing = z.strictObject({});

const rebuild = async (ports: Ports, { pathParameters }: HttpEvent): Promise<Answer> => {
  const name = pathParameters?.name ?? "";
  const view = registry.views.find((each) => each.name === name);
  if (!view) throw new Refusal("not-found", `There is no view ${name}.`);
  return { status: 202, body: { view: name, ...(await startRebuild(ports, view)) } };
};

const answers: Readonly<Record<string, (ports: Ports, event: HttpEvent) => Promise<Answer>>> = {
  "GET /admin/views": async (ports) => ({ status: 200, body: { items: await viewReports(ports) } }),
  "POST /admin/views/{name}/rebuild": rebuild,
  "GET /admin/audit": async (ports) => ({ status: 200, body: await auditReport(ports) }),
  "POST /admin/audit": async (ports) => ({ status: 202, body: await startAudit(ports, v7()) }),
  "GET /admin/dead-letters": async (ports) => {
    const items = await listDeadPairs(ports);
    return { status: 200, body: { items, messages: await ports.deadLetters.count() } };
  },
  "POST /admin/dead-letters/redrive": async (ports) => ({
    status: 202,
    body: await redriveAll(ports),
  }),
};

/** Answers the operators' routes, for admins only. */
export const handler = endpoint(createTeller("operations"), async (event, about, meter) => {
  const answer = Object.hasOwn(answers, event.routeKey) ? answers[event.routeKey] : undefined;
  if (!answer) throw unknownRoute(event);
  queryParameters(event, Nothing);
  if (!callerOf(event).admin) throw new Refusal("forbidden", "Operations are for admins.");
  about({ view: event.pathParameters?.name });
  return answer(portsBy(meter), event);
});
