import type { SQSClient } from "@aws-sdk/client-sqs";
import { createAudits } from "../lib/adapters/dynamodb/audits.ts";
import type { MeteredClient } from "../lib/adapters/dynamodb/client.ts";
import { createEventReader } from "../lib/adapters/dynamodb/event-store.ts";
import { createLogWalker } from "../lib/adapters/dynamodb/log-walker.ts";
import { createParking } from "../lib/adapters/dynamodb/parking.ts";
import { createRebuilds } from "../lib/adapters/dynamodb/rebuilds.ts";
import { createRowWalker } from "../lib/adapters/dynamodb/row-walker.ts";
import { createViewCatalogue } from "../lib/adapters/dynamodb/view-catalogue.ts";
import { createQueueClient } from "../lib/adapters/sqs/client.ts";
import { createWorkQueue } from "../lib/adapters/sqs/work-queue.ts";
import type { AuditPorts, Served } from "../lib/core/audit/audit.ts";
import { segmentsDefault } from "../lib/core/log/segments.ts";
import { eventTable, viewControlTable } from "../lib/core/system/tables.ts";
import type { RebuildPorts } from "../lib/core/upkeep/rebuild.ts";
import type { WorkQueue } from "../lib/core/upkeep/work-queue.ts";
import type { ProjectPorts } from "../lib/core/view/project.ts";
import type { ViewTables } from "../lib/core/view/view.ts";
import type { ViewCatalogue } from "../lib/core/view/view-control.ts";
import { registry } from "../lib/domains/index.ts";
import { clock } from "./clock.ts";
import { environment, tableName } from "./environment.ts";
import { viewTables } from "./view-ports.ts";

/** The work queue, for as long as the process lives. */
export const workQueuePort = (queues: SQSClient = createQueueClient()): WorkQueue =>
  createWorkQueue(queues, environment("WORK_QUEUE_URL"), clock);

/** What filling the views needs in one operation: the log, their tables and records, and the work queue. */
export const projectPorts = (client: MeteredClient, queue: WorkQueue): ProjectPorts => ({
  ...clock,
  views: registry.views,
  store: createEventReader(client, tableName(eventTable)),
  tables: viewTables(client),
  catalogue: createViewCatalogue(client, tableName(viewControlTable)),
  parking: createParking(client, tableName(viewControlTable)),
  queue,
});

/** As many as all walks have, unless this function was deployed with another number. */
const documentSegments = (): number => {
  const { DOCUMENT_SEGMENTS: told = String(segmentsDefault) } = process.env;
  if (/^[1-9]\d{0,2}$/.test(told)) return Number(told);
  throw new Error(`DOCUMENT_SEGMENTS is "${told}"; it must be a whole number from 1 to 999.`);
};

/** What rebuilding a view needs besides. */
export const rebuildPorts = (client: MeteredClient, queue: WorkQueue): RebuildPorts => ({
  ...projectPorts(client, queue),
  rebuilds: createRebuilds(client, tableName(viewControlTable)),
  log: createLogWalker(client, tableName(eventTable)),
  documentSegments: documentSegments(),
});

const served =
  (client: MeteredClient, catalogue: ViewCatalogue, tables: ViewTables) =>
  async (): Promise<Served> => {
    const records = await catalogue.list();
    const generationOf = (name: string): number =>
      records.find(({ view }) => view === name)?.live.generation ?? 1;
    return {
      documents: registry.views.flatMap((view) => {
        if (view.kind !== "document") return [];
        const generation = generationOf(view.name);
        const rows = tables.documents(view, generation);
        const walk = createRowWalker(client, tableName(view.table), view, generation);
        return [{ view, generation, rows, walk }];
      }),
      others: registry.views.flatMap((view) => {
        if (view.kind === "document") return [];
        const generation = generationOf(view.name);
        const checkpoints =
          view.kind === "ledger" ? tables.ledger(view, generation) : tables.tally(view, generation);
        return [{ view, generation, checkpoints }];
      }),
    };
  };

/** What auditing needs; what it shares with rebuilding is the same. */
export const auditPorts = (
  client: MeteredClient,
  { store, queue, catalogue, tables, log }: RebuildPorts,
): AuditPorts => ({
  ...clock,
  store,
  log,
  queue,
  audits: createAudits(client, tableName(viewControlTable)),
  domainOf: registry.domainOf,
  served: served(client, catalogue, tables),
});
