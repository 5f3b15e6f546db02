import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "../../lib/client/client.ts";
import { Problem } from "../../lib/client/problem.ts";
import account from "../../lib/domains/account/index.ts";
import cart from "../../lib/domains/cart/index.ts";
import document from "../../lib/domains/document/index.ts";
import like from "../../lib/domains/like/index.ts";
import playback from "../../lib/domains/playback/index.ts";
import ride from "../../lib/domains/ride/index.ts";

const domains = {
  accounts: account,
  carts: cart,
  documents: document,
  playbacks: playback,
  posts: like,
  rides: ride,
};

/** What each actor of the demo has in hand. */
export type Api = Client<typeof domains>;
type World = NonNullable<Parameters<typeof createClient>[0]["world"]>;

/** A place to tell stories on, with actors who call a running system. */
export interface Stage {
  /** Different in every run, so that each has people and streams of its own. */
  readonly run: string;
  /** A user of this run, by first name. */
  actor(name: string, groups?: readonly string[], world?: World): Api;
  /** The `sub` of a user of this run. */
  subOf(name: string): string;
  scene(title: string): void;
  /** Tells what happens. */
  tell(text: string): void;
  /** Shows something as it came, a line each. */
  show(...lines: readonly string[]): void;
  /** Tells what was to be seen, and whether it was: an object must have all that is expected of it. */
  sees(text: string, found: unknown, expected: unknown): void;
  /** Tells that a request is refused, and why. */
  refused(text: string, request: Promise<unknown>, why: string): Promise<void>;
  /** How many things were not as expected. */
  disappointments(): number;
}

/** Whether a value has all that is expected of it. */
export const matches = (found: unknown, expected: unknown): boolean => {
  if (typeof expected !== "object" || expected === null) return Object.is(found, expected);
  if (typeof found !== "object" || found === null) return false;
  if (Array.isArray(expected) && (!Array.isArray(found) || found.length !== expected.length))
    return false;
  return Object.entries(expected).every(([key, value]) => matches(Reflect.get(found, key), value));
};

/** An amount of minor units as people write it. */
export const money = (cents: number): string => (cents / 100).toFixed(2);

/** Longer than a client's default: a slow host is to show the plays their writes, too. */
const readOwnWritesMs = 30_000;

const waitMaxMs = 120_000;
const waitMs = 250;

/** Asks until the answer says that it is done, at most two minutes. */
export const untilDone = async <T>(
  ask: () => Promise<T>,
  isDone: (answer: T) => boolean,
): Promise<T> => {
  const deadline = Date.now() + waitMaxMs;
  for (;;) {
    const answer = await ask();
    if (isDone(answer) || Date.now() > deadline) return answer;
    await sleep(waitMs);
  }
};

/** Who plays: how a user of this run is called by the system, and what proves that it is them. */
export interface Cast {
  subOf(name: string): string;
  tokenOf(name: string, groups: readonly string[]): Promise<string>;
}

const localToken = async (url: string, sub: string, groups: readonly string[]): Promise<string> => {
  const body = JSON.stringify({ sub, groups });
  const answer = await fetch(`${url}/local/token`, { method: "POST", body });
  const { token }: { token?: unknown } = Object(await answer.json());
  if (typeof token === "string") return token;
  throw new Error(`${url} hands out no tokens: the demo plays on a local host only.`);
};

/** Users whom a local host takes for whoever they say they are. */
const localCast = (url: string, run: string): Cast => {
  const subOf = (name: string): string => `${name}-${run}`;
  return { subOf, tokenOf: (name, groups) => localToken(url, subOf(name), groups) };
};

/**
 * Sets up a stage before a system at a URL; what is told goes to `print`. Without a cast the system must be a local
 * host.
 */
export const createStage = (url: string, print: (line: string) => void, cast?: Cast): Stage => {
  const run = randomBytes(2).toString("hex");
  const { subOf, tokenOf } = cast ?? localCast(url, run);
  let failures = 0;
  const verdict = (text: string, isRight: boolean, found: unknown): void => {
    if (!isRight) failures += 1;
    print(isRight ? `  ✓ ${text}` : `  ✗ ${text}\n      but: ${JSON.stringify(found)}`);
  };
  return {
    run,
    subOf,
    actor: (name, groups = [], world = {}) => {
      let token: Promise<string> | undefined;
      const given = (): Promise<string> => {
        token ??= tokenOf(name, groups);
        return token;
      };
      return createClient({ url, token: given, domains, world, readOwnWritesMs });
    },
    scene: (title) => print(`\n${title}\n`),
    tell: (text) => print(`  ${text}`),
    show: (...lines) => {
      for (const line of lines) print(`      ${line}`);
    },
    sees: (text, found, expected) => verdict(text, matches(found, expected), found),
    refused: async (text, request, why) => {
      const found: unknown = await request.catch((error: unknown) => error);
      const isRight = found instanceof Problem && [found.code, `${found.status}`].includes(why);
      const reason = found instanceof Error ? found.message : "it was done";
      verdict(`${text} (${why}: ${reason})`, isRight, found);
    },
    disappointments: () => failures,
  };
};
