import { streamOf } from "../domain/domain.ts";
import { Refusal } from "../errors.ts";
import type { BuiltCommit } from "../log/build-commit.ts";
import { valueBytes } from "../log/item-size.ts";
import { toStored } from "../log/stored-value.ts";
import { pause } from "../retry.ts";
import {
  type Candidate,
  confirm,
  contested,
  type Failed,
  isOurs,
  learn,
  openCandidates,
} from "./candidate.ts";
import {
  answerFor,
  type CommandAnswer,
  type CommandPorts,
  type CommandRequest,
} from "./command-request.ts";
import { type IdempotencyRecord, idempotencyHours, replay } from "./idempotency.ts";
import { type Prepared, prepareSurely, unchanged } from "./prepare.ts";

/** Bounds of one command's attempts. */
export const attemptBounds = { attemptsMax: 30, totalMs: 3_000, unsureMax: 3 } as const;

const recordOf = (
  ports: CommandPorts,
  { idempotency }: CommandRequest,
  answer: CommandAnswer,
): IdempotencyRecord | undefined =>
  idempotency && {
    ...idempotency,
    answer,
    expires: Math.ceil(ports.now() / 1000) + idempotencyHours * 3600,
  };

const remember = ({ states }: CommandPorts, candidates: readonly Candidate[]): void => {
  for (const { loaded } of candidates)
    if (loaded.version > 0) states.set(loaded, valueBytes(toStored(loaded.state)));
};

/** Keeps what was written, and that nobody was in the way. */
const keep = ({ states, contention }: CommandPorts, writes: readonly BuiltCommit[]): void => {
  for (const { loaded, stateBytes } of writes) {
    contention.passed(loaded.stream);
    states.set(loaded, stateBytes);
  }
};

/** Our answer, when the log shows that an earlier attempt of this very request had succeeded. */
const landedAnswer = async (
  ports: CommandPorts,
  { domain }: CommandRequest,
  candidates: readonly Candidate[],
): Promise<CommandAnswer | undefined> => {
  if (!candidates.some(({ landed }) => landed)) return undefined;
  for (const candidate of candidates)
    if (!candidate.landed) await confirm(ports, domain, candidate);
  remember(ports, candidates);
  return {
    streams: candidates.map((candidate) =>
      candidate.landed ? answerFor(candidate.landed) : unchanged(candidate),
    ),
  };
};

/** The answer to a request that changes nothing; a repeated request gets its first answer instead. */
const answerUnchanged = async (
  ports: CommandPorts,
  request: CommandRequest,
  candidates: readonly Candidate[],
  prepared: Prepared,
): Promise<CommandAnswer> => {
  const { idempotency } = request;
  remember(ports, candidates);
  const known = idempotency && (await ports.records.find(idempotency.key));
  if (idempotency && known) return replay(known, idempotency);
  if ("refusal" in prepared) throw prepared.refusal;
  const record = recordOf(ports, request, prepared.answer);
  return idempotency && record
    ? replay(await ports.records.keep(record), idempotency)
    : prepared.answer;
};

/** Holds back, for as long as what this process has seen of other writers suggests. */
const holdBack = async (ports: CommandPorts, streams: readonly string[]): Promise<void> => {
  const now = ports.now();
  const delayMs = Math.max(...streams.map((stream) => ports.contention.delayMs(stream, now)));
  if (delayMs >= 1) await ports.sleep(ports.random() * delayMs);
};

/** How often a command has failed so far, and whether a write of it may still be under way. */
interface Trouble {
  readonly failures: number;
  readonly unsure: number;
  readonly cause?: unknown;
}

const worsen = ({ failures, unsure, cause }: Trouble, failed: Failed): Trouble => {
  if (failed.outcome === "unsure")
    return { failures: failures + 1, unsure: unsure + 1, cause: failed.cause };
  // A key that a write under way would need is taken: it cannot arrive any more.
  const isSettled = failed.winners.length > 0;
  return { failures: failures + 1, unsure, cause: isSettled ? undefined : cause };
};

const isHopeless = ({ failures, unsure }: Trouble): boolean =>
  failures >= attemptBounds.attemptsMax || unsure >= attemptBounds.unsureMax;

/** When the bounds are used up: contention is a conflict, a silent store is unavailable. */
const giveUp = (request: CommandRequest, { cause }: Trouble): Refusal => {
  const streams = request.steps.map(({ id }) => streamOf(request.domain, id)).join(", ");
  if (cause === undefined)
    return new Refusal("conflict", `Too many writers on ${streams}.`, { retryAfter: 1 });
  const refusal = new Refusal(
    "unavailable",
    `The store did not answer; whether ${streams} changed is unknown. Repeat with an Idempotency-Key to be safe.`,
    { retryAfter: 1 },
  );
  refusal.cause = cause;
  return refusal;
};

/** A write that did not succeed, when it began, and how many have not by now. */
interface Setback {
  readonly failed: Failed;
  readonly began: number;
  readonly failures: number;
}

/**
 * Learns from a failed attempt, out of the way of whoever was first. A stream's first conflict in a while is taken for
 * chance: the winner came back with the refusal, and the next key is tried at once.
 */
const recover = async (
  ports: CommandPorts,
  { domain }: CommandRequest,
  candidates: readonly Candidate[],
  { failed, failures, began }: Setback,
): Promise<void> => {
  const now = ports.now();
  const streams = candidates.map(({ stream }) => stream);
  const isContended = streams.some((stream) => ports.contention.isContended(stream, now));
  const isChance = failures === 1 && !isContended;
  for (const stream of contested(candidates, failed))
    ports.contention.met(stream, now, now - began);
  // Before the stream is read, not after: what was read before a pause would be stale after it.
  if (failed.outcome === "unsure" && failures > 1) await pause(ports, failures);
  else if (!isChance && !isOurs(candidates, failed)) await holdBack(ports, streams);
  await learn(ports, domain, candidates, failed, !isChance);
};

/**
 * Carries out a command: load, authorize, decide, seal, append, and again on a conflict, within bounds.
 * Throws a `Refusal` (forbidden, rejected, precondition, conflict, gone, too large, unavailable); a refusal and an
 * empty decision are always those of a strongly read state.
 */
export const execute = async (
  ports: CommandPorts,
  request: CommandRequest,
): Promise<CommandAnswer> => {
  const { domain, idempotency } = request;
  const deadline = ports.now() + attemptBounds.totalMs;
  const streams = request.steps.map(({ id }) => streamOf(domain, id));
  await holdBack(ports, streams);
  const candidates = await openCandidates(ports, request);
  let trouble: Trouble = { failures: 0, unsure: 0 };
  for (;;) {
    const prepared = await prepareSurely(ports, request, candidates);
    if ("refusal" in prepared || prepared.writes.length === 0)
      return answerUnchanged(ports, request, candidates, prepared);
    const { writes, answer } = prepared;
    const began = ports.now();
    const appended = await ports.store.append(
      writes.map(({ commit }) => commit),
      recordOf(ports, request, answer),
    );
    if (appended.outcome === "written") {
      keep(ports, writes);
      return answer;
    }
    if (appended.outcome === "conflict" && appended.record && idempotency)
      return replay(appended.record, idempotency);
    trouble = worsen(trouble, appended);
    await recover(ports, request, candidates, {
      failed: appended,
      failures: trouble.failures,
      began,
    });
    // Looked for before the bounds: what was written is never answered with a refusal.
    const landed = await landedAnswer(ports, request, candidates);
    if (landed) return landed;
    if (isHopeless(trouble) || ports.now() > deadline) throw giveUp(request, trouble);
  }
};
