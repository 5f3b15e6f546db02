import { describe, expect, it } from "vitest";
import { maintain, maintainBounds } from "../../../lib/core/upkeep/maintain.ts";
import { parkAndQueue } from "../../../lib/core/view/project.ts";
import { nothing, tended } from "../../tended.ts";

const { unqueuedMs, queuedMs } = maintainBounds;

describe("care for what is parked", () => {
  const pair = { view: "diary", generation: 1, stream: "jar-j3" };
  const noted = { reason: "Error: Too hot.", queued: false, dead: false };

  it("queues a stream whose message was never sent, once it cannot be under way any more", async () => {
    const side = await tended();
    await side.start().parking.park(pair, noted);
    side.clock.advance(unqueuedMs - 1);
    expect(await maintain(side.start())).toEqual(nothing);
    side.clock.advance(1);
    expect(await maintain(side.start())).toEqual({ ...nothing, queued: ["diary"] });
    expect(side.memory.parked).toMatchObject([{ ...pair, ...noted, queued: true }]);
    await side.drain();
    expect(side.memory.parked).toEqual([]);
  });

  it("queues a stream again whose message has been lost for an hour", async () => {
    const side = await tended();
    await parkAndQueue(side.start(), { ...pair, cause: "Too hot." });
    side.memory.messages.length = 0;
    side.clock.advance(queuedMs - 1);
    expect(await maintain(side.start())).toEqual(nothing);
    side.clock.advance(1);
    expect(await maintain(side.start())).toEqual({ ...nothing, queued: ["diary"] });
  });

  it("leaves what was given up to whoever redrives it", async () => {
    const side = await tended();
    await side.start().parking.park(pair, { ...noted, queued: true, dead: true });
    side.clock.advance(10 * queuedMs);
    expect(await maintain(side.start())).toEqual(nothing);
  });

  it("queues so many in one run, and the others in the next ones", async () => {
    const side = await tended();
    const count = maintainBounds.pairsQueuedMax + 3;
    const { parking } = side.start();
    for (let jar = 0; jar < count; jar++)
      await parking.park({ ...pair, stream: `jar-p${jar}` }, noted);
    side.clock.advance(unqueuedMs);
    expect((await maintain(side.start())).queued).toHaveLength(maintainBounds.pairsQueuedMax);
    expect((await maintain(side.start())).queued).toHaveLength(3);
  });

  it("goes on with other views when one cannot be cared for", async () => {
    const side = await tended();
    await side.start().parking.park(pair, noted);
    await side.start().parking.park({ ...pair, view: "purses" }, noted);
    side.clock.advance(unqueuedMs);
    let isFirst = true;
    const failing = side.start((call) => {
      if (call === "queue.send" && isFirst) {
        isFirst = false;
        throw new Error("The queue is gone.");
      }
    });
    const { failures, queued: again } = await maintain(failing);
    expect(failures).toMatchObject([{ message: "The queue is gone." }]);
    expect(again).toEqual(["purses"]);
  });
});
