import { expect, test } from "vitest";
import { createStopper } from "../../local/stopper.ts";

test("ends parts one after the other, the last first, and each only once", async () => {
  const ended: string[] = [];
  const stopper = createStopper(() => undefined, 1_000);
  for (const name of ["engine", "pump", "gateway"])
    stopper.add(name, async () => {
      await Promise.resolve();
      ended.push(name);
    });
  await Promise.all([stopper.stop(), stopper.stop()]);
  expect(ended).toEqual(["gateway", "pump", "engine"]);
});

test("a part that fails or hangs is told, and the others end all the same", async () => {
  const ended: string[] = [];
  const lines: string[] = [];
  const stopper = createStopper((line) => lines.push(line), 20);
  stopper.add("engine", () => {
    ended.push("engine");
  });
  stopper.add("pump", () => new Promise(() => undefined));
  stopper.add("gateway", async () => {
    throw new Error("no way");
  });
  await stopper.stop();
  expect(ended).toEqual(["engine"]);
  expect(lines).toEqual([
    "The gateway did not stop well: no way",
    "The pump did not stop within 0.02 s.",
  ]);
});
