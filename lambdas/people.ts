import * as z from "zod";
import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { createEventReader } from "../lib/adapters/dynamodb/event-store.ts";
import type { Domain } from "../lib/core/domain.ts";
import { eraseSubject } from "../lib/core/erase.ts";
import { Refusal } from "../lib/core/errors.ts";
import { type ExportPorts, exportPerson } from "../lib/core/export-person.ts";
import type { LedgerView } from "../lib/core/ledger-view.ts";
import { peopleLedgerName } from "../lib/core/people-ledger.ts";
import { eventTable } from "../lib/core/tables.ts";
import { waitForCheckpoints } from "../lib/core/wait-for-checkpoints.ts";
import { registry } from "../lib/domains/index.ts";
import { tableName } from "./environment.ts";
import type { Answer } from "./http/answer.ts";
import { endpoint } from "./http/endpoint.ts";
import { callerOf, consistencyToken, type HttpEvent, queryParameters } from "./http/request.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { erasePorts, opener } from "./key-ports.ts";
import { servedGenerations } from "./served-generations.ts";
import { viewTables } from "./view-ports.ts";

const client = createDocumentClient();
const store = createEventReader(client, tableName(eventTable));
const tables = viewTables(client);
const opening = opener(client);
const generations = servedGenerations(client);
const erasing = erasePorts(client);

const Parameters = z.strictObject({ cursor: z.string().optional() });

const ledgerOf = ({ collection }: Domain): LedgerView => {
  const name = peopleLedgerName(collection);
  const view = registry.views.find((each) => each.name === name);
  if (view?.kind === "ledger") return view;
  throw new Error(`There is no ledger ${name}.`);
};

/** The person that the path names; refuses everybody but that person and admins. */
const personOf = (event: HttpEvent): string => {
  const caller = callerOf(event);
  const person = event.pathParameters?.sub ?? "";
  if (person === caller.sub || caller.admin) return person;
  throw new Refusal("forbidden", "Only the person, or an admin, may do this.");
};

const answerExport = async (event: HttpEvent): Promise<Answer> => {
  const person = personOf(event);
  const { cursor } = queryParameters(event, Parameters);
  const rows = new Map(
    await Promise.all(
      registry.domains.map(async (domain) => {
        const view = ledgerOf(domain);
        const [generation = 1] = await generations(view.name);
        const people = tables.ledger(view, generation);
        await waitForCheckpoints({ ...erasing, store }, view, people, consistencyToken(event));
        return [domain, people] as const;
      }),
    ),
  );
  const people: ExportPorts["people"] = (domain) => {
    const found = rows.get(domain);
    if (!found) throw new Error(`Nobody knows whom the streams of ${domain.category} concern.`);
    return found;
  };
  const ports = { domains: registry.domains, store, opener: opening, people };
  return { status: 200, body: await exportPerson(ports, person, cursor) };
};

/** Answers what a person may ask about themselves: an export of everything, and to be forgotten for good. */
export const handler = endpoint(async (event) => {
  switch (event.routeKey) {
    case "GET /people/{sub}/export":
      return answerExport(event);
    case "DELETE /people/{sub}":
      return { status: 202, body: await eraseSubject(erasing, personOf(event)) };
    default:
      throw unknownRoute(event);
  }
});
