import { expect, test } from "vitest";
import { playHistory, playMoney, playOptimism, playRepeats } from "../../bin/demo/accounts.ts";
import { playAudit, playErasure, playRebuild } from "../../bin/demo/operations.ts";
import {
  playCart,
  playDocument,
  playLikes,
  playPlayback,
  playRide,
} from "../../bin/demo/others.ts";
import { createStage, type Stage } from "../../bin/demo/stage.ts";
import type { Names } from "./cast.ts";
import type { Proof } from "./proof.ts";

/** Who plays. */
export const names: Names = {
  ...Object.fromEntries(
    ["alice", "bob", "rita", "dan", "ann", "ben", "cleo", "carla", "petra", "wanda", "eve"].map(
      (name) => [name, []],
    ),
  ),
  root: ["admin"],
  otto: ["auditor"],
};

const plays = [
  ["accounts: read-your-writes, refusals, a transfer", playMoney],
  ["accounts: a lost answer pays once", playRepeats],
  ["accounts: history, time travel, a whole chain", playHistory],
  ["accounts: shown before the server has answered", playOptimism],
  ["rides: three people in three roles", playRide],
  ["likes: a post that many like", playLikes],
  ["carts: what was taken out is remembered", playCart],
  ["playback: positions of titles", playPlayback],
  ["documents: every version can be had again", playDocument],
  ["people: erased, while the account is settled", playErasure],
  ["views: built again while they serve", playRebuild],
  ["the audit finds everything in order", playAudit],
] as const;

/** What the plays leave out: a path of each query, and who asks it. */
const queries = (stage: Stage): Readonly<Record<string, string>> => {
  const { run, subOf } = stage;
  const alice = subOf("alice");
  return {
    "/accounts": "alice",
    [`/views/audit?user=${alice}`]: "alice",
    "/views/vips?currency=USD": "otto",
    [`/views/withdrawals?month=${new Date().toISOString().slice(0, 7)}&currency=USD`]: "otto",
    "/rides": "rita",
    [`/rides/ride-${run}`]: "dan",
    [`/rides/ride-${run}/history`]: "rita",
    [`/rides/ride-${run}/integrity`]: "rita",
    "/carts": "carla",
    [`/carts/cart-${run}/history`]: "carla",
    [`/carts/cart-${run}/integrity`]: "carla",
    "/playbacks": "petra",
    [`/playbacks/dune-${run}/history`]: "petra",
    [`/playbacks/dune-${run}/integrity`]: "petra",
    "/documents": "wanda",
    [`/documents/poem-${run}/history`]: "wanda",
    [`/documents/poem-${run}/integrity`]: "wanda",
    [`/people/${alice}/export`]: "alice",
    "/health": "alice",
    "/openapi.json": "alice",
  };
};

const playOn = async (stage: Stage, lines: string[], play: (on: Stage) => Promise<void>) => {
  lines.splice(0);
  await play(stage);
  expect(lines.filter((line) => line.includes("✗"))).toEqual([]);
  expect(lines.filter((line) => line.includes("✓"))).not.toEqual([]);
};

/** Every command and query of the six domains, over HTTP and as users of the pool. */
export const playDomains = (proof: () => Proof, onStage: (stage: Stage) => void): void => {
  const lines: string[] = [];
  let stage: Stage | undefined;
  const theStage = (): Stage => {
    const { dev, cast } = proof();
    stage ??= createStage(dev.url, (line) => lines.push(...line.split("\n")), cast);
    onStage(stage);
    return stage;
  };

  test.each(plays)("%s", async (_, play) => playOn(theStage(), lines, play));

  test("rides: the driver cancels what he was assigned", async () => {
    const { actor, run, subOf } = theStage();
    const id = `late-${run}`;
    await actor("rita").rides.book(id, { pickup: "12 Elm Street", destination: "Airport" });
    await actor("root").rides.assign(id, { driver: subOf("dan") });
    const dan = actor("dan");
    await dan.rides.cancel(id, { reason: "A flat tyre" });
    expect(await dan.rides.get(id)).toMatchObject({ status: "cancelled" });
  });

  test("what no play asks is answered, too", async () => {
    const { dev, cast } = proof();
    for (const [path, name] of Object.entries(queries(theStage()))) {
      const headers = { authorization: `Bearer ${await cast.tokenOf(name, [])}` };
      const response = await fetch(dev.url + path, { headers });
      expect([path, response.status]).toEqual([path, 200]);
      const { items } = Object(await response.json());
      if (path.startsWith("/views/audit")) expect(items.length).toBeGreaterThan(4);
      if (path.endsWith("/history")) expect(items.length).toBeGreaterThan(1);
    }
  });
};
