import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../lib/core/errors.ts";
import { type Around, createKeyWorld, type KeyProcess, openOne, sealOne } from "../../key-world.ts";
import { createMemoryKeys, createMemoryRows } from "../../memory-keys.ts";

const users = ["ada", "bob"] as const;

interface Sealed {
  readonly user: string;
  readonly value: string;
  readonly bytes: Uint8Array;
}

const step = fc.record({
  kind: fc.constantFrom("seal", "seal", "read", "read", "read", "erase"),
  user: fc.constantFrom(...users),
  which: fc.nat(20),
});
const scripts = fc.array(fc.array(step, { maxLength: 6 }), { minLength: 1, maxLength: 4 });

/** Counts how often each outcome was seen, so that a property that never meets one is noticed. */
const seen = new Map<string, number>();
const note = (outcome: string): void => {
  seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
};

/** Any interleaving of the calls of processes that seal, read and erase, each in its own order. */
const interleaving = (mode: "per-user" | "shared") =>
  fc.asyncProperty(fc.scheduler(), scripts, async (scheduler, all) => {
    const turn = (): Promise<void> => scheduler.schedule(Promise.resolve());
    const now = Date.parse("2030-01-01T00:00:00.000Z");
    const time = { now: () => now, sleep: turn };
    const world = createKeyWorld(createMemoryRows(turn), createMemoryKeys(mode), time);
    // A call takes effect at one moment, and its answer arrives at a later one.
    const inTurn: Around = async (_, call) => {
      await turn();
      const result = await call();
      await turn();
      return result;
    };
    const sealed: Sealed[] = [];
    const erasing = new Set<string>();
    const erased = new Set<string>();

    const seal = async (process: KeyProcess, user: string): Promise<void> => {
      const wasErased = erased.has(user);
      const value = `${user} ${sealed.length}`;
      try {
        sealed.push({ user, value, bytes: await sealOne(process.sealer, user, value) });
        expect(wasErased).toBe(false);
        note("sealed");
      } catch (error) {
        if (!(error instanceof Refusal) || error.kind !== "gone") throw error;
        expect(erasing.has(user)).toBe(true);
        note(wasErased ? "gone" : "gone meanwhile");
      }
    };
    const read = async (process: KeyProcess, which: number): Promise<void> => {
      const some = sealed[which % Math.max(1, sealed.length)];
      if (!some) return;
      const opened = await openOne(process.opener, some.bytes);
      if (opened === "erased") expect(erasing.has(some.user)).toBe(true);
      else expect(opened).toBe(some.value);
      note(opened === "erased" ? "null" : "read");
    };
    const erase = async (process: KeyProcess, user: string): Promise<void> => {
      erasing.add(user);
      await process.erase(user);
      erased.add(user);
      note("erased");
    };
    const run = async (steps: (typeof all)[number]): Promise<KeyProcess> => {
      const process = world.start(inTurn);
      for (const { kind, user, which } of steps) {
        await turn();
        if (kind === "seal") await seal(process, user);
        else if (kind === "read") await read(process, which);
        else await erase(process, user);
      }
      return process;
    };
    const processes = await scheduler.waitFor(Promise.all(all.map(run)));

    world.advance(61_000);
    const bytes = sealed.map((each) => each.bytes);
    for (const { opener } of [...processes, world.start(inTurn)])
      expect(await scheduler.waitFor(opener.open(bytes))).toEqual(
        sealed.map(({ user, value }) => (erased.has(user) ? "erased" : { value })),
      );
  });

describe("a personal value", () => {
  it.each(["per-user", "shared"] as const)(
    "is readable before its user's erasure and null after it, in any interleaving (%s)",
    async (mode) => {
      await fc.assert(interleaving(mode), { numRuns: 1500 });
      for (const outcome of ["sealed", "gone", "gone meanwhile", "read", "null", "erased"])
        expect(seen.get(outcome), outcome).toBeGreaterThan(0);
    },
  );
});
