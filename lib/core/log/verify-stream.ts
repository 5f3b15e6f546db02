import { DamagedCommit } from "./commit.ts";
import { type EventReader, readRange } from "./event-store.ts";
import { type BrokenChain, type ChainPosition, verifyLink } from "./integrity.ts";

/** Commits that one call verifies. */
export const verifyCommitsMax = 1_000;

/** How far a stream was verified, or where it is broken; `more` says that commits follow. */
export type Verified = (ChainPosition & { readonly more: boolean }) | BrokenChain;

const verifyOn = async (
  store: EventReader,
  stream: string,
  start: ChainPosition,
): Promise<Verified> => {
  let position = start;
  const from = start.version + 1;
  for await (const commit of readRange(store, stream, { from, consistent: true })) {
    if (position.commits - start.commits === verifyCommitsMax) return { ...position, more: true };
    const next = verifyLink(position, commit);
    if ("brokenAt" in next) return next;
    position = next;
  }
  return { ...position, more: false };
};

/** Verifies the chain of a stream from a position on, within the bound of one call. */
export const verifyStream = async (
  store: EventReader,
  stream: string,
  start: ChainPosition,
): Promise<Verified> => {
  try {
    return await verifyOn(store, stream, start);
  } catch (error) {
    if (error instanceof DamagedCommit) return { brokenAt: error.version, reason: error.message };
    throw error;
  }
};
