import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Message, openQueueStore, type QueueStore } from "../../local/queue-store.ts";
import { temporaryDirectory } from "./endpoints.ts";

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let path: string;
const opened: QueueStore[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
  path = join(directory.path, "queues.log");
});
afterEach(async () => {
  for (const store of opened.splice(0)) store.close();
  await directory.remove();
});

const open = (): QueueStore => {
  const store = openQueueStore(path);
  opened.push(store);
  return store;
};
const message = (id: string, facts: Partial<Message> = {}): Message => ({
  id,
  body: `body of ${id}`,
  sentAt: 1,
  visibleAt: 1,
  receives: 0,
  ...facts,
});

describe("the messages of the local queues", () => {
  test("are there in their order after a restart without a clean stop", () => {
    const store = open();
    store.write(["c", "a", "b"].map((id) => ({ queue: "work", put: message(id) })));
    store.write([
      { queue: "dead", put: message("a") },
      { queue: "work", remove: "a" },
    ]);
    const again = open();
    expect([...again.messages("work").values()]).toEqual([message("c"), message("b")]);
    expect([...again.messages("dead").values()]).toEqual([message("a")]);
  });

  test("are visible at once after a restart when somebody held them, and keep their count", () => {
    const far = Date.now() + 3_600_000;
    const held = message("held", { visibleAt: far, receives: 2, receipt: "r" });
    const delayed = message("delayed", { visibleAt: far });
    open().write([held, delayed].map((put) => ({ queue: "work", put })));
    const messages = open().messages("work");
    expect(messages.get("held")?.visibleAt).toBeLessThanOrEqual(Date.now());
    expect(messages.get("held")?.receives).toBe(2);
    expect(messages.get("delayed")).toEqual(delayed);
  });

  test("take a bounded file, however many came and went", async () => {
    const store = open();
    store.write([{ queue: "dead", put: message("stays") }]);
    for (let index = 0; index < 6_000; index++)
      store.write([
        { queue: "work", put: message(`${index}`) },
        { queue: "work", remove: `${index}` },
      ]);
    const lines = (await readFile(path, "utf8")).split("\n").length;
    expect(lines).toBeLessThan(2_100);
    expect(open().messages("work").size).toBe(0);
    expect([...open().messages("dead").keys()]).toEqual(["stays"]);
  });

  test("are refused when the file holds something else", async () => {
    await writeFile(path, '{"queue":"work","put":{"id":"x"}}\n');
    expect(open).toThrow(`Line 1 of ${path} is damaged.`);
  });
});
