import { createAudits } from "../../../lib/adapters/dynamodb/audits.ts";
import type { MeteredClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createDocumentRows } from "../../../lib/adapters/dynamodb/document-rows.ts";
import { createEventStore } from "../../../lib/adapters/dynamodb/event-store.ts";
import { createLedgerRows } from "../../../lib/adapters/dynamodb/ledger-rows.ts";
import { createLogWalker } from "../../../lib/adapters/dynamodb/log-walker.ts";
import { createParking } from "../../../lib/adapters/dynamodb/parking.ts";
import { createRebuilds } from "../../../lib/adapters/dynamodb/rebuilds.ts";
import { createRowSweeper } from "../../../lib/adapters/dynamodb/row-sweeper.ts";
import { createRowWalker } from "../../../lib/adapters/dynamodb/row-walker.ts";
import { createTallyRows } from "../../../lib/adapters/dynamodb/tally-rows.ts";
import { createViewCatalogue } from "../../../lib/adapters/dynamodb/view-catalogue.ts";
import type { Served } from "../../../lib/core/audit/audit.ts";
import type { EventStore } from "../../../lib/core/log/event-store.ts";
import { segmentsDefault } from "../../../lib/core/log/segments.ts";
import { eventTable, idempotencyTable, viewControlTable } from "../../../lib/core/system/tables.ts";
import { doWork, type WorkPorts } from "../../../lib/core/upkeep/work.ts";
import type { Work } from "../../../lib/core/upkeep/work-queue.ts";
import type { View, ViewTables } from "../../../lib/core/view/view.ts";
import { createClock, type FakeClock } from "../../clock.ts";
import { jar } from "../../jar.ts";
import { jarViews } from "../../sample-views.ts";

/** The read side of jars on an engine; only its queue and its clock are doubles. */
export interface EngineReadSide {
  readonly clock: FakeClock;
  readonly store: EventStore;
  readonly ports: WorkPorts;
  /** Does what is queued, and what that queues; time passes while a message is held back. */
  drain(): Promise<void>;
}

const tablesOf = (client: MeteredClient): ViewTables => ({
  documents: (view, generation) => createDocumentRows(client, view.table.name, view, generation),
  ledger: (view, generation) => createLedgerRows(client, view.table.name, view, generation),
  tally: (view, generation) => createTallyRows(client, view.table.name, view, generation),
});

const servedBy =
  (client: MeteredClient, tables: ViewTables, liveOf: () => Promise<Map<string, number>>) =>
  async (): Promise<Served> => {
    const live = await liveOf();
    const generationOf = ({ name }: View): number => live.get(name) ?? 1;
    return {
      documents: jarViews.flatMap((view) => {
        if (view.kind !== "document") return [];
        const generation = generationOf(view);
        const walk = createRowWalker(client, view.table.name, view, generation);
        return [{ view, generation, rows: tables.documents(view, generation), walk }];
      }),
      others: jarViews.flatMap((view) => {
        if (view.kind === "document") return [];
        const generation = generationOf(view);
        const checkpoints =
          view.kind === "ledger" ? tables.ledger(view, generation) : tables.tally(view, generation);
        return [{ view, generation, checkpoints }];
      }),
    };
  };

/** The read side of jars on an engine that has its tables. */
export const createEngineReadSide = (client: MeteredClient): EngineReadSide => {
  const control = viewControlTable.name;
  const clock = createClock("2026-11-01T18:00:00.000Z");
  const messages: { readonly work: Work; readonly delaySeconds: number }[] = [];
  const catalogue = createViewCatalogue(client, control);
  const tables = tablesOf(client);
  const names = { events: eventTable.name, idempotency: idempotencyTable.name };
  const store = createEventStore(client, names);
  const liveOf = async () =>
    new Map((await catalogue.list()).map(({ view, live }) => [view, live.generation]));
  const ports: WorkPorts = {
    ...clock,
    random: Math.random,
    views: jarViews,
    store,
    tables,
    catalogue,
    parking: createParking(client, control),
    rebuilds: createRebuilds(client, control),
    audits: createAudits(client, control),
    log: createLogWalker(client, eventTable.name),
    documentSegments: segmentsDefault,
    sweeper: createRowSweeper(client, ({ table }) => table.name),
    queue: {
      send: async (works, { delaySeconds = 0 } = {}) => {
        messages.push(...works.map((work) => ({ work, delaySeconds })));
      },
    },
    bus: { publish: async () => [] },
    domainOf: (stream) => (stream.startsWith("jar-") ? jar : undefined),
    served: servedBy(client, tables, liveOf),
  };
  return {
    clock,
    store,
    ports,
    drain: async () => {
      for (let next = messages.shift(); next; next = messages.shift()) {
        clock.advance(next.delaySeconds * 1000);
        await doWork(ports, next.work, clock.now());
      }
    },
  };
};
