import type { Domain } from "../domain/domain.ts";
import { Refusal } from "../errors.ts";
import { commitHolding, load } from "../log/load.ts";
import type { Loaded } from "../log/loaded.ts";
import type { AuditPorts, Served } from "./audit.ts";
import { auditRow, type Problem, unreadable } from "./audit-stream.ts";

/** How old a commit may be before a view that lacks it is reported. */
export const lagAllowedMs = 60_000;

/** What a view shows of a stream: its version there, and what is wrong with it against the log. */
interface Sight {
  readonly at: number;
  compare(head: Loaded): Problem | undefined;
}

/** A view that serves readers, and how to look at what it shows. */
interface Observed {
  readonly view: { readonly name: string };
  readonly generation: number;
  look(stream: string): Promise<Sight>;
}

const checkpointProblem = (
  { stream, version }: Loaded,
  at: number,
  view: string,
): Problem | undefined => {
  if (at === version) return undefined;
  const kind = at < version ? "checkpoint-behind" : "checkpoint-ahead";
  const detail = `the checkpoint is at ${at}, the log at ${version}`;
  return { stream, version: Math.min(at, version), kind, detail, view };
};

const observedOf = ({ documents, others }: Served, domain: Domain): readonly Observed[] => [
  ...documents.flatMap(({ view, generation, rows }): Observed[] => {
    if (view.domain.category !== domain.category) return [];
    const look = async (stream: string): Promise<Sight> => {
      const row = await rows.get(stream, { consistent: true });
      return { at: row?.version ?? 0, compare: (head) => auditRow(view, head, row) };
    };
    return [{ view, generation, look }];
  }),
  ...others.flatMap(({ view, generation, checkpoints }): Observed[] => {
    if (view.domain.category !== domain.category) return [];
    const look = async (stream: string): Promise<Sight> => {
      const at = (await checkpoints.checkpoints([stream])).get(stream) ?? 0;
      return { at, compare: (head) => checkpointProblem(head, at, view.name) };
    };
    return [{ view, generation, look }];
  }),
];

const isBehind = ({ kind }: Problem): boolean => kind.endsWith("-behind");

/**
 * What is wrong with what one view shows. Writers and projectors go on while the auditor walks: what differs from the
 * stream as it was followed is compared with the head of the log, read after the view, so that a view is never ahead by
 * chance, and behind only by what was committed a while ago.
 */
const confirmed = async (
  { store, now }: AuditPorts,
  domain: Domain,
  loaded: Loaded,
  { look }: Observed,
): Promise<Problem | undefined> => {
  const { stream } = loaded;
  const { at, compare } = await look(stream);
  if (at === loaded.version && !compare(loaded)) return undefined;
  const problem = compare(await load(domain, store, stream, { consistent: true }));
  if (!problem || !isBehind(problem)) return problem;
  const lacking = await commitHolding(store, stream, at + 1);
  const isLate = lacking && now() - Date.parse(lacking.time) >= lagAllowedMs;
  return isLate ? problem : undefined;
};

const problemWith = async (
  ports: AuditPorts,
  domain: Domain,
  loaded: Loaded,
  observed: Observed,
): Promise<Problem | undefined> => {
  try {
    return await confirmed(ports, domain, loaded, observed);
  } catch (error) {
    // A store that does not answer says nothing about what it holds.
    if (error instanceof Refusal) throw error;
    return unreadable(loaded.stream, loaded.version, error, observed.view.name);
  }
};

/** What is wrong with the views of a stream that was followed to its end; what lags is sent to the catch-up. */
export const auditViews = async (
  ports: AuditPorts,
  served: Served,
  loaded: Loaded,
): Promise<readonly Problem[]> => {
  const { stream } = loaded;
  const domain = ports.domainOf(stream);
  const problems: Problem[] = [];
  if (!domain) return problems;
  for (const observed of observedOf(served, domain)) {
    const problem = await problemWith(ports, domain, loaded, observed);
    if (!problem) continue;
    problems.push(problem);
    const { view, generation } = observed;
    if (isBehind(problem))
      await ports.queue.send([{ kind: "catch-up", view: view.name, generation, stream }]);
  }
  return problems;
};
