import { expect, test } from "vitest";
import { tellCreated } from "../../local/failure-notice.ts";

const created = { bucket: "projector", key: "aws/lambda/projector/1" };
const told = async (failures: number) => {
  const events: unknown[] = [];
  const lines: string[] = [];
  const handler = (event: unknown): void => {
    events.push(event);
    if (events.length <= failures) throw new Error("not now");
  };
  const fn = { name: "rescuer", handler, timeoutMs: 1_000 };
  const log = (line: string) => void lines.push(line);
  await tellCreated({ function: fn, backoffMs: 1, log })(created);
  return { events, lines };
};

test("a function is told of a new object as EventBridge tells it", async () => {
  expect((await told(0)).events).toEqual([
    {
      source: "aws.s3",
      "detail-type": "Object Created",
      detail: { bucket: { name: "projector" }, object: { key: "aws/lambda/projector/1" } },
    },
  ]);
});

test("a function that fails is told twice more, and each failure is logged", async () => {
  const { events, lines } = await told(2);
  expect([events.length, lines.length]).toEqual([3, 2]);
  expect(lines[0]).toContain("rescuer failed on projector/aws/lambda/projector/1: not now");
});

test("after the third failure the object is left alone", async () => {
  expect((await told(9)).events).toHaveLength(3);
});
