import { type Domain, type Step, streamOf } from "../domain/domain.ts";
import type { Message } from "../domain/message.ts";
import { inParallel } from "../in-parallel.ts";
import { type Commit, sameBytes } from "../log/commit.ts";
import type { Appended } from "../log/event-store.ts";
import { catchUp, load, tailCommits } from "../log/load.ts";
import { advance, type Loaded } from "../log/loaded.ts";
import { stateAt } from "../log/time-travel.ts";
import type { CommandPorts, CommandRequest } from "./command-request.ts";

/** A stream during a request: what is known of it, how surely, and the id that its commit will have. */
export interface Candidate {
  readonly step: Step<Message, Message>;
  readonly stream: string;
  readonly commitId: Uint8Array;
  loaded: Loaded;
  /** The state at the earlier version that the step names. */
  past: unknown;
  /** True: read strongly since the last write of ours. */
  sure: boolean;
  /** Our own commit, once it has been seen in the log. */
  landed: Commit | undefined;
}

/** What is past never changes: it is read once, and again only where it was not there yet. */
const readPast = async (
  { store }: CommandPorts,
  domain: Domain,
  { stream, step }: Pick<Candidate, "stream" | "step">,
): Promise<unknown> =>
  step.past === undefined ? undefined : (await stateAt(domain, store, stream, step.past))?.state;

/** Reads strongly from the known version, and looks for our own commit: it could only be the next one. */
export const confirm = async (
  ports: CommandPorts,
  domain: Domain,
  candidate: Candidate,
): Promise<void> => {
  const { loaded, news } = await catchUp(domain, ports.store, candidate.loaded);
  candidate.past ??= await readPast(ports, domain, candidate);
  candidate.loaded = loaded;
  candidate.sure = true;
  candidate.landed ??= news.find(({ id }) => sameBytes(id, candidate.commitId));
};

/** Takes a stream from memory, or loads it; one that has just seen a conflict is read strongly. */
const openCandidate = async (
  ports: CommandPorts,
  domain: Domain,
  step: Step<Message, Message>,
): Promise<Candidate> => {
  const stream = streamOf(domain, step.id);
  const contended = ports.contention.isContended(stream, ports.now());
  const remembered = ports.states.get(stream);
  const limit = ports.states.expectsSnapshot(stream) ? 1 : tailCommits;
  const reading = { consistent: contended, limit };
  const loading = remembered ?? load(domain, ports.store, stream, reading);
  // While the store is asked: there is time for it.
  const commitId = ports.newId();
  const loaded = await loading;
  const sure = !remembered && contended;
  const past = await readPast(ports, domain, { stream, step });
  const candidate = { step, stream, commitId, loaded, past, sure, landed: undefined };
  if (contended && !sure) await confirm(ports, domain, candidate);
  return candidate;
};

/** Streams of one request that are loaded at the same time. */
const streamsAtOnce = 8;

/** Opens every stream of a request, in the order of its steps, side by side. */
export const openCandidates = async (
  ports: CommandPorts,
  { domain, steps }: CommandRequest,
): Promise<readonly Candidate[]> => {
  const opened: Candidate[] = [];
  await inParallel([...steps.entries()], streamsAtOnce, async ([place, step]) => {
    opened[place] = await openCandidate(ports, domain, step);
  });
  return opened;
};

/** An append that did not succeed, as far as the store told. */
export type Failed = Exclude<Appended, { outcome: "written" }>;

/** True when what was in the way of our commit is our commit: an earlier attempt had succeeded. */
export const isOurs = (candidates: readonly Candidate[], failed: Failed): boolean =>
  failed.outcome === "conflict" &&
  failed.winners.some(({ id }) => candidates.some(({ commitId }) => sameBytes(id, commitId)));

/** The streams on which another writer was first; all of them where the store did not tell. */
export const contested = (candidates: readonly Candidate[], failed: Failed): readonly string[] => {
  if (failed.outcome !== "conflict" || isOurs(candidates, failed)) return [];
  const streams = candidates.map(({ stream }) => stream);
  if (failed.winners.length === 0) return streams;
  return streams.filter((name) => failed.winners.some(({ stream }) => stream === name));
};

/**
 * Takes in the commits that were in the way of ours, each of which stands at the key that we tried. What the store did
 * not tell, and everything when `toHead` is asked for, is read.
 */
export const learn = async (
  ports: CommandPorts,
  domain: Domain,
  candidates: readonly Candidate[],
  failed: Failed,
  toHead: boolean,
): Promise<void> => {
  const winners = failed.outcome === "conflict" ? failed.winners : [];
  for (const candidate of candidates) {
    const winner = winners.find(({ stream }) => stream === candidate.stream);
    candidate.sure = false;
    if (winner) {
      if (sameBytes(winner.id, candidate.commitId)) candidate.landed = winner;
      candidate.loaded = advance(domain, candidate.loaded, winner);
    }
    if (candidate.landed) continue;
    if (!winner || toHead) await confirm(ports, domain, candidate);
  }
};
