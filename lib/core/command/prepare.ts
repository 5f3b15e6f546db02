import { mayCommand } from "../domain/access.ts";
import { isRejection } from "../domain/decider.ts";
import { subjectOf } from "../domain/domain.ts";
import type { Message } from "../domain/message.ts";
import { Refusal } from "../errors.ts";
import { type BuiltCommit, buildCommit } from "../log/build-commit.ts";
import { nextCommitTime } from "../log/commit-time.ts";
import { sealEvents } from "../personal/sealing.ts";
import { type Candidate, confirm } from "./candidate.ts";
import {
  answerFor,
  type CommandAnswer,
  type CommandPorts,
  type CommandRequest,
  type StreamAnswer,
} from "./command-request.ts";

/** What was decided for one stream, and the time that its commit will have. */
interface Decided {
  readonly candidate: Candidate;
  readonly time: string;
  readonly events: readonly Message[];
}

/** What a request leads to: a refusal, or commits (none after a safe repeat) and the answer that they give. */
export type Prepared =
  | { readonly refusal: Refusal }
  | { readonly writes: readonly BuiltCommit[]; readonly answer: CommandAnswer };

/** What became of a stream that a request leaves as it is. */
export const unchanged = ({ stream, loaded }: Candidate): StreamAnswer => ({
  stream,
  version: loaded.version,
  created: false,
  events: [],
});

/** Authorizes and decides one step; throws a `Refusal`. */
const decideStep = (
  ports: CommandPorts,
  request: CommandRequest,
  candidate: Candidate,
  command: Message,
  expectedVersion: number | undefined,
): Decided => {
  const { domain, caller } = request;
  const { loaded, stream, step } = candidate;
  const roles = domain.allow[command.type] ?? [];
  if (!mayCommand(roles, caller, subjectOf(domain, loaded.state)))
    throw new Refusal("forbidden", `${stream} is not yours.`);
  if (expectedVersion !== undefined && expectedVersion !== loaded.version)
    throw new Refusal(
      "precondition-failed",
      `${stream} is at version ${loaded.version}, not ${expectedVersion}.`,
    );
  const time = nextCommitTime(stream, loaded.time, ports.now());
  const decision = domain.decider.decide(command, loaded.state, {
    id: step.id,
    actor: caller.sub,
    time,
    version: loaded.version,
    past: candidate.past,
  });
  if (!isRejection(decision)) return { candidate, time, events: decision };
  const { rejected, detail } = decision;
  throw new Refusal("rejected", detail ?? `${stream}: ${rejected.replaceAll("-", " ")}.`, {
    code: rejected,
  });
};

const decide = (
  ports: CommandPorts,
  request: CommandRequest,
  candidates: readonly Candidate[],
): readonly Decided[] => {
  const decided: Decided[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const command = candidate.step.command(decided[index - 1]?.events ?? []);
    const expected = index === 0 ? request.expectedVersion : undefined;
    decided.push(decideStep(ports, request, candidate, command, expected));
  }
  return decided;
};

const build = async (
  { sealer, policy }: CommandPorts,
  { domain, caller, correlationId, causationId }: CommandRequest,
  { candidate, time, events }: Decided,
): Promise<BuiltCommit> => {
  const { loaded, step, commitId } = candidate;
  const after = events.reduce<unknown>(
    (state, event, index) =>
      domain.decider.evolve(state, event, {
        id: step.id,
        version: loaded.version + 1 + index,
        time,
        actor: caller.sub,
      }),
    loaded.state,
  );
  const { events: sealed, subjects } = await sealEvents(sealer, events, domain.owner(after));
  const facts = { id: commitId, time, actor: caller.sub, correlationId, causationId, subjects };
  return buildCommit(domain, loaded, sealed, facts, policy);
};

/** Authorizes, decides, seals and builds, on what is known of the streams; a refusal is a value here. */
const prepare = async (
  ports: CommandPorts,
  request: CommandRequest,
  candidates: readonly Candidate[],
): Promise<Prepared> => {
  try {
    const decided = decide(ports, request, candidates);
    const writes: BuiltCommit[] = [];
    const streams: StreamAnswer[] = [];
    for (const each of decided) {
      if (each.events.length === 0) {
        streams.push(unchanged(each.candidate));
        continue;
      }
      const built = await build(ports, request, each);
      writes.push(built);
      streams.push(answerFor(built.commit));
    }
    return { writes, answer: { streams } };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
};

const isAccepted = (prepared: Prepared): boolean =>
  "writes" in prepared && prepared.answer.streams.every(({ events }) => events.length > 0);

/**
 * Prepares a request. What is not accepted is prepared again on a strong read, for only that makes it final; an
 * accepted command needs none, since the conditional write checks it.
 */
export const prepareSurely = async (
  ports: CommandPorts,
  request: CommandRequest,
  candidates: readonly Candidate[],
): Promise<Prepared> => {
  const prepared = await prepare(ports, request, candidates);
  const doubtful = candidates.filter(({ sure }) => !sure);
  if (isAccepted(prepared) || doubtful.length === 0) return prepared;
  for (const candidate of doubtful) await confirm(ports, request.domain, candidate);
  return prepare(ports, request, candidates);
};
