import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createBus, publishBounds } from "../../../lib/adapters/eventbridge/bus.ts";
import { createBusClient } from "../../../lib/adapters/eventbridge/client.ts";
import { type BusEvent, busBytesMax } from "../../../lib/core/bus/bus.ts";
import type { LocalBus } from "../../../local/bus.ts";
import { titledOnBus } from "../../core/notes.ts";
import { pointSdkAt, startTestBus } from "../../local/endpoints.ts";
import { waitingClock } from "../waiting-clock.ts";

const many = (count: number, title = (index: number) => `title ${index}`): readonly BusEvent[] =>
  titledOnBus("note-1", ...Array.from({ length: count }, (_, index) => title(index)));

describe("the bus on a real endpoint", () => {
  let local: LocalBus;
  beforeAll(async () => {
    local = await startTestBus();
  });
  afterAll(() => local.stop());

  test("takes every event in order, more than one request takes", async () => {
    const bus = createBus(createBusClient(), "everfold", waitingClock());
    expect(await bus.publish(many(23))).toEqual([]);
    const recent = local.recent(100).toReversed();
    expect(recent.map(({ detail }) => detail.id)).toEqual(
      Array.from({ length: 23 }, (_, index) => `note-1@${index + 1}`),
    );
    expect(recent[0]).toMatchObject({
      source: "everfold.note",
      "detail-type": "NoteTitled",
      time: "2026-11-01T10:00:00Z",
      detail: { time: "2026-11-01T10:00:00.123Z", data: { title: "title 0" } },
    });
  });

  test("takes events that are too large for one request together", async () => {
    const bus = createBus(createBusClient(), "everfold", waitingClock());
    const third = "x".repeat(Math.floor(busBytesMax / 3));
    expect(await bus.publish(many(5, () => third))).toEqual([]);
    expect(local.recent(5).every(({ detail }) => "data" in detail)).toBe(true);
  });
});

describe("the bus when EventBridge refuses events", () => {
  pointSdkAt("EVENTBRIDGE", "http://127.0.0.1:1");
  const client = new EventBridgeClient();
  const eventBridge = mockClient(client);
  beforeEach(() => {
    eventBridge.reset();
  });

  const start = () => {
    const clock = waitingClock();
    return { clock, bus: createBus(client, "everfold", clock) };
  };
  const idsOf = ({ Entries = [] }: PutEventsCommand["input"]): readonly string[] =>
    Entries.map(({ Detail = "{}" }) => JSON.parse(Detail).id);
  const requests = () =>
    eventBridge.commandCalls(PutEventsCommand).map(({ args: [{ input }] }) => idsOf(input));
  /** Refuses events with the code that `refuse` gives their id and the number of the request. */
  const answerWith = (refuse: (id: string, request: number) => string | undefined) => {
    let request = 0;
    eventBridge.on(PutEventsCommand).callsFake((input: PutEventsCommand["input"]) => {
      request += 1;
      const Entries = idsOf(input).map((id) => {
        const ErrorCode = refuse(id, request);
        return ErrorCode ? { ErrorCode, ErrorMessage: "says the bus" } : { EventId: id };
      });
      return { FailedEntryCount: 0, Entries };
    });
  };

  test("offers those again that were throttled, and only those, after a wait", async () => {
    answerWith((id, request) =>
      request < 3 && id === "note-1@2" ? "ThrottlingException" : undefined,
    );
    const { clock, bus } = start();
    expect(await bus.publish(many(3))).toEqual([]);
    expect(requests()).toEqual([["note-1@1", "note-1@2", "note-1@3"], ["note-1@2"], ["note-1@2"]]);
    expect(clock.waits).toHaveLength(2);
  });

  test("gives up within its bounds, and tells which event and why", async () => {
    answerWith(() => "InternalFailure");
    const { bus } = start();
    const [failure, ...others] = await bus.publish(many(1));
    expect(others).toEqual([]);
    expect(failure?.event.version).toBe(1);
    expect(String(failure?.cause)).toContain("note-1@1: InternalFailure says the bus");
    expect(requests()).toHaveLength(publishBounds.attemptsMax);
  });

  test("does not repeat what can never be taken", async () => {
    answerWith(() => "MalformedDetail");
    const { bus } = start();
    expect(await bus.publish(many(1))).toHaveLength(1);
    expect(requests()).toHaveLength(1);
  });

  test("holds back what follows a lost event in its stream; other streams go on", async () => {
    answerWith((id) => (id === "note-1@10" ? "MalformedDetail" : undefined));
    const { bus } = start();
    const failures = await bus.publish([...many(12), ...titledOnBus("note-2", "x")]);
    expect(failures.map(({ event }) => event.version)).toEqual([10, 11, 12]);
    expect(requests().at(-1)).toEqual(["note-2@1"]);
  });

  test("reports a whole request that is not answered, and goes on with the next", async () => {
    eventBridge
      .on(PutEventsCommand)
      .rejectsOnce(new Error("socket hang up"))
      .resolves({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] });
    const { bus } = start();
    const failures = await bus.publish([...many(10), ...titledOnBus("note-2", "x")]);
    expect(failures).toHaveLength(10);
    expect(new Set(failures.map(({ event }) => event.stream))).toEqual(new Set(["note-1"]));
    expect(requests().at(-1)).toEqual(["note-2@1"]);
  });

  test("sends nothing more once its time has passed, and reports what is left", async () => {
    const { clock, bus } = start();
    answerWith(() => undefined);
    eventBridge.on(PutEventsCommand).callsFakeOnce(async (input: PutEventsCommand["input"]) => {
      await clock.sleep(publishBounds.publishMs);
      return { FailedEntryCount: 0, Entries: idsOf(input).map((EventId) => ({ EventId })) };
    });
    const failures = await bus.publish(many(25));
    expect(failures).toHaveLength(15);
    expect(requests()).toHaveLength(1);
  });

  test("treats an event that the answer says nothing of as lost", async () => {
    eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: "1" }] });
    const { bus } = start();
    expect((await bus.publish(many(2))).map(({ event }) => event.version)).toEqual([2]);
  });
});
