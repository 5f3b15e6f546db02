import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Commit } from "../../../lib/core/log/commit.ts";
import {
  type BrokenChain,
  type ChainPosition,
  chainStart,
  commitHash,
  genesisHash,
  verifyLink,
} from "../../../lib/core/log/integrity.ts";
import { sampleChain, sampleCommit } from "../../sample-commit.ts";

const verify = (commits: readonly Commit[]): ChainPosition | BrokenChain => {
  let position = chainStart;
  for (const commit of commits) {
    const next = verifyLink(position, commit);
    if ("brokenAt" in next) return next;
    position = next;
  }
  return position;
};

const chain = sampleChain("account-1", [1, 3, 2, 1, 2], {
  owner: "ann",
  snapshot: { schema: 1, state: { name: Uint8Array.of(1, 2, 3), sum: 7 } },
});

describe("a chain of commits", () => {
  test("verifies as it was written, and tells its head", () => {
    expect(verify(chain)).toEqual({
      version: 9,
      commits: 5,
      hash: chain.at(-1)?.hash,
      time: chain.at(-1)?.time,
    });
  });

  test("can be verified from anywhere on, as pages are", () => {
    const half = verify(chain.slice(0, 2));
    if ("brokenAt" in half) throw new Error(half.reason);
    const [, , third] = chain;
    expect(third && verifyLink(half, third)).toMatchObject({ version: 6, commits: 3 });
  });

  test("hashes the previous hash and the canonical JSON of what is stored", () => {
    const content = {
      stream: "a-1",
      version: 1,
      format: 1 as const,
      events: [{ type: "Made", schema: 1, data: { z: 1, a: Uint8Array.of(255) } }],
      id: Uint8Array.of(0),
      time: "2026-11-01T12:00:00.000Z",
      people: [],
      actor: "ann",
      correlationId: "c",
      causationId: "c",
      snapshotVersion: 0,
    };
    const json =
      '{"actor":"ann","causationId":"c","correlationId":"c",' +
      '"events":[{"data":{"a":{"":"/w=="},"z":1},"schema":1,"type":"Made"}],"format":1,' +
      '"id":{"":"AA=="},"people":[],"snapshotVersion":0,"stream":"a-1",' +
      '"time":"2026-11-01T12:00:00.000Z","version":1}';
    const expected = createHash("sha256").update(Uint8Array.of(9)).update(json).digest("hex");
    expect(Buffer.from(commitHash(Uint8Array.of(9), content)).toString("hex")).toBe(expected);
  });

  test("does not depend on the order in which the store gives attributes back", () => {
    const [first] = chain;
    const { hash, ...content } = first;
    const reversed = Object.fromEntries(Object.entries(content).reverse());
    expect(commitHash(genesisHash, { ...content, ...reversed })).toEqual(hash);
  });
});

/** Every place in a value, as a way to change it. */
type Path = readonly (string | number)[];
const placesIn = (value: unknown, path: Path = []): readonly Path[] => {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, item]) =>
      placesIn(item, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
};

const changed = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Uint8Array.from([...value, 0]);
  if (Array.isArray(value)) return [...value, null];
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return `${value} `;
  return { ...Object(value), more: 1 };
};

const edited = (value: unknown, [key, ...rest]: Path, edit: (old: unknown) => unknown): unknown => {
  if (key === undefined) return edit(value);
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? Object.assign([], value)
    : { ...Object(value) };
  copy[key] = edited(copy[key], rest, edit);
  return copy;
};

const isBroken = (commits: readonly Commit[]): boolean => "brokenAt" in verify(commits);

describe("a chain that somebody has touched", () => {
  const index = fc.nat(chain.length - 1);

  test("is broken by any edit, wherever it is", () => {
    for (const [at, commit] of chain.entries())
      for (const path of placesIn(commit)) {
        const touched = chain.with(at, edited(commit, path, changed) as Commit);
        expect(isBroken(touched), `${at} ${path.join(".")}`).toBe(true);
      }
  });

  test("is broken by any attribute that is taken away or added", () => {
    for (const [at, commit] of chain.entries()) {
      for (const name of Object.keys(commit).filter((key) => key !== "hash" && key !== "events")) {
        const { [name]: _, ...rest } = { ...commit } as Record<string, unknown>;
        expect(isBroken(chain.with(at, rest as unknown as Commit)), name).toBe(true);
      }
      expect(isBroken(chain.with(at, { ...commit, more: 1 } as Commit))).toBe(true);
    }
  });

  test("is broken when binary is replaced by its own base64 text", () => {
    const [first, ...others] = chain;
    const state = { name: "AQID", sum: 7 };
    expect(isBroken([{ ...first, snapshot: { schema: 1, state } }, ...others])).toBe(true);
  });

  test("is broken when a map is replaced by a set, which no command stores", () => {
    const event = { type: "Made", schema: 1, data: {} };
    const commit = sampleCommit("account-1", undefined, { events: [event] });
    const sets = [{ ...event, data: new Set(["a"]) as never }];
    expect(isBroken([commit])).toBe(false);
    expect(isBroken([{ ...commit, events: sets }])).toBe(true);
  });

  test("is broken by a commit that is missing, unless it is the last", () => {
    for (const at of chain.slice(0, -1).keys()) expect(isBroken(chain.toSpliced(at, 1))).toBe(true);
    expect(isBroken(chain.slice(0, -1))).toBe(false);
  });

  test("is broken by a commit that stands twice, or in another's place", () => {
    fc.assert(
      fc.property(index, index, (from, to) => {
        const commit = chain[from];
        if (!commit) return;
        expect(isBroken(chain.toSpliced(to, 0, commit))).toBe(true);
        if (from !== to) expect(isBroken(chain.with(to, commit))).toBe(true);
      }),
    );
  });

  test("is broken by any other order", () => {
    const order = fc.shuffledSubarray([...chain.keys()], { minLength: chain.length });
    fc.assert(
      fc.property(order, (indexes) => {
        const reordered = indexes.flatMap((at) => chain[at] ?? []);
        expect(isBroken(reordered)).toBe(indexes.some((at, place) => at !== place));
      }),
    );
  });

  test("is broken by a commit of another stream, though everything else fits", () => {
    const [first, ...others] = chain;
    expect(isBroken([{ ...first, stream: "account-2" }, ...others])).toBe(true);
  });

  test("is broken when only some of the later hashes are computed anew", () => {
    const [first, second, third, ...others] = chain;
    if (!second || !third) throw new Error("The chain is too short.");
    const forged = { ...first, actor: "eve" };
    const one = { ...forged, hash: commitHash(genesisHash, forged) };
    const two = { ...second, hash: commitHash(one.hash, second) };
    expect(verify([one, two, third, ...others])).toMatchObject({ brokenAt: third.version });
  });
});

describe("what is wrong with a chain", () => {
  test.each([
    ["a gap", chain.toSpliced(1, 1), { brokenAt: 2, reason: /has version 5, expected 2/ }],
    [
      "a time that goes back",
      [chain[0], sampleCommit("account-1", chain[0], { time: "2026-10-31T00:00:00.000Z" })],
      { brokenAt: 2, reason: /time is before the previous one's/ },
    ],
    [
      "a commit without events",
      [sampleCommit("account-1", undefined, { events: [] })],
      { brokenAt: 1, reason: /holds no events/ },
    ],
    [
      "other content",
      [{ ...chain[0], actor: "eve" }],
      { brokenAt: 1, reason: /hash does not follow/ },
    ],
  ])("is told: %s", (_, commits, { brokenAt, reason }) => {
    expect(verify(commits as Commit[])).toEqual({
      brokenAt,
      reason: expect.stringMatching(reason),
    });
  });
});
