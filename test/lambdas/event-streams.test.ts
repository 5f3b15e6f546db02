import { expect, test } from "vitest";
import {
  EventStreamSerde,
  eventStreamSerdeProvider,
  resolveEventStreamSerdeConfig,
} from "../../lambdas/event-streams.ts";

test("a client is made as if nothing were said of streams of events", () => {
  const config = { region: "eu-central-1" };
  expect(resolveEventStreamSerdeConfig(config)).toBe(config);
});

test("whoever would take one is refused", () => {
  expect(() => new EventStreamSerde()).toThrow("no streams of events");
  expect(() => eventStreamSerdeProvider()).toThrow("no streams of events");
});
