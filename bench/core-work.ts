import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { buildCommit } from "../lib/core/log/build-commit.ts";
import { canonicalJson } from "../lib/core/log/canonical-json.ts";
import { type Commit, parseCommit } from "../lib/core/log/commit.ts";
import { chainStart, verifyLink } from "../lib/core/log/integrity.ts";
import { advance, emptyStream } from "../lib/core/log/loaded.ts";
import { defaultSnapshotPolicy } from "../lib/core/log/snapshot.ts";
import { account as decider } from "../lib/domains/account/account.ts";
import account from "../lib/domains/account/index.ts";
import {
  dataKey,
  factsAt,
  openedNow,
  owner,
  personalValues,
  type Sample,
  stream,
} from "./core-sample.ts";

/** Work on every commit of a sample. */
export type Work = () => void;

/** What is measured, and the least that a machine could do instead. */
export interface Comparison {
  readonly name: string;
  readonly work: Work;
  readonly least: string;
  readonly leastWork: Work;
}

const load = (items: readonly unknown[]): void => {
  let loaded = emptyStream(account, stream);
  for (const item of items) loaded = advance(account, loaded, parseCommit(item));
};

const evolve = ({ events }: Sample): void => {
  const at = { id: "7f3a", time: "2026-01-01T00:00:00.000Z", actor: owner };
  let state: Parameters<typeof decider.evolve>[0] = decider.initial;
  for (const [index, event] of events.entries())
    state = decider.evolve(state, event, { ...at, version: index + 1 });
};

const build = ({ events }: Sample): void => {
  let loaded = emptyStream(account, stream);
  for (const [index, event] of events.entries()) {
    const facts = factsAt(index);
    ({ loaded } = buildCommit(account, loaded, [event], facts, defaultSnapshotPolicy));
  }
};

const open = ({ commits }: Sample): void => {
  const before = emptyStream(account, stream);
  for (const _ of commits)
    buildCommit(account, before, [openedNow()], factsAt(0), defaultSnapshotPolicy);
};

const verify = ({ commits }: Sample): void => {
  let position = chainStart;
  for (const commit of commits) {
    const next = verifyLink(position, commit);
    if ("brokenAt" in next) throw new Error(`The sample is broken: ${next.reason}.`);
    position = next;
  }
};

const parseJson = (texts: readonly string[]): void => {
  for (const text of texts) JSON.parse(text);
};

const sha256 = (texts: readonly string[]): void => {
  for (const text of texts) createHash("sha256").update(text).digest();
};

const aes256 = (value: string): void => {
  const gcm = createCipheriv("aes-256-gcm", dataKey.plaintext, randomBytes(12));
  gcm.update(value, "utf8");
  gcm.final();
  gcm.getAuthTag();
};

const encryptAndHash = (text: string, times: number): void => {
  for (let time = 0; time < times; time++) {
    for (const value of personalValues) aes256(value);
    sha256([text]);
  }
};

const textOf = ({ hash: _, ...content }: Commit): string => canonicalJson(content);

/** Everything that is measured on a sample. */
export const comparisonsOf = (sample: Sample): readonly Comparison[] => {
  const { commits } = sample;
  const stored = commits.map(({ snapshot: _, ...commit }) => commit);
  const texts = commits.map(textOf);
  const storedTexts = stored.map(textOf);
  const [opening = ""] = texts;
  return [
    {
      name: "load: parse, lift and fold",
      work: () => load(stored),
      least: "JSON.parse of the same bytes",
      leastWork: () => parseJson(storedTexts),
    },
    {
      name: "load: parse, lift and fold",
      work: () => load(stored),
      least: "evolve alone",
      leastWork: () => evolve(sample),
    },
    {
      name: "build and hash",
      work: () => build(sample),
      least: "SHA-256 of the same bytes",
      leastWork: () => sha256(texts),
    },
    {
      name: "seal two values, build and hash",
      work: () => open(sample),
      least: "AES-256-GCM and SHA-256 of the same bytes",
      leastWork: () => encryptAndHash(opening, commits.length),
    },
    {
      name: "verify",
      work: () => verify(sample),
      least: "SHA-256 of the same bytes",
      leastWork: () => sha256(texts),
    },
  ];
};
