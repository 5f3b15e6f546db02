import { expect, test } from "vitest";
import { queueOperations } from "../../local/queue-operations.ts";
import type { Message } from "../../local/queue-store.ts";

test("a queue that nobody works on takes no more messages than it can keep", async () => {
  const message = { id: "", body: "x", sentAt: 0, visibleAt: 0, receives: 0 };
  const full = new Map<string, Message>();
  for (let index = 0; index < 100_000; index++) full.set(`${index}`, message);
  let written = 0;
  const store = {
    messages: () => full,
    write: () => {
      written += 1;
    },
    changed: async () => {},
    close: () => {},
  };
  const definitions = [{ name: "work", visibilitySeconds: 1 }];
  const { SendMessage } = queueOperations({ store, definitions });
  const send = async () =>
    SendMessage?.({ QueueUrl: "http://x/work", MessageBody: "x" }, new AbortController().signal);
  await expect(send()).rejects.toMatchObject({ name: "RequestThrottled" });
  expect(written).toBe(0);
  full.delete("0");
  await expect(send()).resolves.toHaveProperty("MessageId");
});
