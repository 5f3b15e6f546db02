import * as z from "zod/mini";
import type { Domain } from "../../lib/core/domain/domain.ts";
import type { Registry } from "../../lib/core/domain/registry.ts";
import { type ExportPorts, exportPerson } from "../../lib/core/personal/export-person.ts";
import { waitForCheckpoints } from "../../lib/core/query/wait-for-checkpoints.ts";
import type { LedgerRows, LedgerView } from "../../lib/core/view/ledger-view.ts";
import { peopleLedgerName } from "../../lib/core/view/people-ledger.ts";
import type { Answer } from "../http/answer.ts";
import { personOf } from "../http/person.ts";
import { callerOf, consistencyToken, type HttpEvent, queryParameters } from "../http/request.ts";
import { chooseBuild, type QueryPorts } from "./query.ts";

const Parameters = z.strictObject({ cursor: z.optional(z.string()) });

const ledgerOf = ({ views }: Registry, { collection }: Domain): LedgerView => {
  const name = peopleLedgerName(collection);
  const view = views.find((each) => each.name === name);
  if (view?.kind === "ledger") return view;
  throw new Error(`There is no ledger ${name}.`);
};

/** The ledgers that know whom streams concern, each once it has taken in what the token names. */
const peopleLedgers = async (
  ports: QueryPorts,
  registry: Registry,
  event: HttpEvent,
): Promise<ReadonlyMap<Domain, LedgerRows>> => {
  const token = consistencyToken(event);
  const ledgers = registry.domains.map(async (domain) => {
    const view = ledgerOf(registry, domain);
    const { generation } = await chooseBuild(ports, view.name, undefined);
    const rows = ports.tables.ledger(view, generation);
    await waitForCheckpoints(ports, view, rows, token, callerOf(event));
    return [domain, rows] as const;
  });
  return new Map(await Promise.all(ledgers));
};

/** `GET /people/{sub}/export`: everything that concerns a person, for that person and admins. */
export const answerExport = async (
  ports: QueryPorts,
  registry: Registry,
  event: HttpEvent,
): Promise<Answer> => {
  const person = personOf(event);
  const { cursor } = queryParameters(event, Parameters);
  const ledgers = await peopleLedgers(ports, registry, event);
  const people: ExportPorts["people"] = (domain) => {
    const rows = ledgers.get(domain);
    if (!rows) throw new Error(`Nobody knows whom the streams of ${domain.category} concern.`);
    return rows;
  };
  const { domains } = registry;
  return { status: 200, body: await exportPerson({ ...ports, domains, people }, person, cursor) };
};
