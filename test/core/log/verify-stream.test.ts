import { describe, expect, test } from "vitest";
import { chainStart } from "../../../lib/core/log/integrity.ts";
import { verifyCommitsMax, verifyStream } from "../../../lib/core/log/verify-stream.ts";
import { createMemoryEventStore } from "../../memory-event-store.ts";
import { sampleChain } from "../../sample-commit.ts";

const stream = "account-1";
const storeWith = (counts: readonly number[]) => {
  const store = createMemoryEventStore();
  const chain = sampleChain(stream, counts);
  store.plant(stream, chain);
  return { store, chain };
};

describe("verifying a stream", () => {
  test("reads it strongly to its head", async () => {
    const { store, chain } = storeWith([1, 2, 3]);
    expect(await verifyStream(store, stream, chainStart)).toEqual({
      version: 6,
      commits: 3,
      hash: chain.at(-1)?.hash,
      time: chain.at(-1)?.time,
      more: false,
    });
    expect(store.calls.every(({ consistent }) => consistent)).toBe(true);
  });

  test("finds nothing wrong with a stream that does not exist", async () => {
    const { store } = storeWith([1]);
    const verified = await verifyStream(store, "account-2", chainStart);
    expect(verified).toEqual({ ...chainStart, more: false });
  });

  test("tells where it is broken", async () => {
    const { store, chain } = storeWith([1, 2, 3]);
    store.plant(stream, chain.toSpliced(1, 1));
    expect(await verifyStream(store, stream, chainStart)).toMatchObject({ brokenAt: 2 });
  });

  test("stops at its bound, and goes on from there", async () => {
    const { store, chain } = storeWith(Array.from({ length: verifyCommitsMax + 2 }, () => 1));
    const first = await verifyStream(store, stream, chainStart);
    expect(first).toMatchObject({ commits: verifyCommitsMax, version: 1000, more: true });
    if ("brokenAt" in first) throw new Error(first.reason);
    const second = await verifyStream(store, stream, first);
    expect(second).toMatchObject({ commits: 1002, hash: chain.at(-1)?.hash, more: false });
  });

  test("does not promise more when the stream ends at its bound", async () => {
    const { store } = storeWith(Array.from({ length: verifyCommitsMax }, () => 1));
    expect(await verifyStream(store, stream, chainStart)).toMatchObject({ more: false });
  });
});
