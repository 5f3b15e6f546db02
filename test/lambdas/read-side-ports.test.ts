import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rebuildPorts, workQueuePort } from "../../lambdas/read-side-ports.ts";
import { segmentsDefault } from "../../lib/core/log/segments.ts";
import { tableVariable } from "../../lib/core/system/table.ts";
import { registry } from "../../lib/domains/index.ts";
import { meteredClient } from "../adapters/dynamodb/metered-client.ts";

beforeEach(() => {
  for (const table of registry.tables) vi.stubEnv(tableVariable(table), table.name);
  vi.stubEnv("WORK_QUEUE_URL", "http://127.0.0.1:9/queue");
});

afterEach(() => {
  vi.unstubAllEnvs();
});

const told = (segments: string | undefined): number => {
  vi.stubEnv("DOCUMENT_SEGMENTS", segments);
  return rebuildPorts(meteredClient(), workQueuePort()).documentSegments;
};

test("the walk of a document's rebuild is split as all walks are, unless a function is told otherwise", () => {
  expect(told(undefined)).toBe(segmentsDefault);
  expect(told("1")).toBe(1);
  expect(told("64")).toBe(64);
});

test.each(["0", "-1", "2.5", "many", "", "1000"])("there are no %j parts", (segments) => {
  expect(() => told(segments)).toThrow(/DOCUMENT_SEGMENTS is "/);
});
