import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { busFileName, type LocalBus, startBus } from "../../local/bus.ts";
import { pointSdkAt, temporaryDirectory } from "./endpoints.ts";

// The client is the SDK's own, unmodified.

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let bus: LocalBus;
const start = async (keep?: number): Promise<void> => {
  bus = await startBus({ dataDir: directory.path, ...(keep === undefined ? {} : { keep }) });
  pointSdkAt("EVENTBRIDGE", bus.url);
};
beforeEach(async () => {
  directory = await temporaryDirectory();
  await start();
});
afterEach(async () => {
  await bus.stop();
  await directory.remove();
});

const put = (...Entries: PutEventsRequestEntry[]) =>
  new EventBridgeClient().send(new PutEventsCommand({ Entries }));
const entry = (n: number, facts: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  EventBusName: "everfold",
  Source: "everfold.note",
  DetailType: "NoteTitled",
  Detail: JSON.stringify({ n }),
  ...facts,
});
const recent = (limit = 1000) => bus.recent(limit).map(({ detail }) => detail.n);

describe("the local bus", () => {
  test("keeps events as a consumer would get them", async () => {
    const Time = new Date("2026-11-01T10:00:00.789Z");
    const { FailedEntryCount, Entries } = await put(entry(1, { Time, Resources: ["note-1"] }));
    expect(FailedEntryCount).toBe(0);
    expect(bus.recent(10)).toEqual([
      {
        version: "0",
        id: Entries?.[0]?.EventId,
        "detail-type": "NoteTitled",
        source: "everfold.note",
        account: "000000000000",
        time: "2026-11-01T10:00:00Z",
        region: "us-east-1",
        resources: ["note-1"],
        detail: { n: 1 },
      },
    ]);
  });

  test("shows the newest events first, and no more than asked for", async () => {
    await put(entry(1), entry(2));
    await put(entry(3));
    expect(recent()).toEqual([3, 2, 1]);
    expect(recent(2)).toEqual([3, 2]);
    expect(recent(0)).toEqual([]);
  });

  test("refuses entries one by one, and takes the others of the request", async () => {
    const { FailedEntryCount, Entries } = await put(
      entry(1, { Source: undefined }),
      entry(2, { DetailType: undefined }),
      entry(3, { Detail: undefined }),
      entry(4),
      entry(5, { Detail: "not json" }),
      entry(6, { Detail: "[1]" }),
      entry(7, { Source: "aws.ec2" }),
    );
    expect(FailedEntryCount).toBe(6);
    expect(Entries?.map(({ ErrorCode = "taken" }) => ErrorCode)).toEqual([
      "InvalidArgument",
      "InvalidArgument",
      "InvalidArgument",
      "taken",
      "MalformedDetail",
      "MalformedDetail",
      "NotAuthorizedForSourceException",
    ]);
    expect(recent()).toEqual([4]);
  });

  test.each<[string, () => PutEventsRequestEntry[]]>([
    ["nothing", () => []],
    ["eleven entries", () => Array.from({ length: 11 }, (_, n) => entry(n))],
    [
      "entries that are too large together",
      () => [1, 2].map((n) => entry(n, { Detail: JSON.stringify({ n, x: "x".repeat(131_072) }) })),
    ],
  ])("refuses a request with %s, and takes none of it", async (_, entries) => {
    await expect(put(...entries())).rejects.toMatchObject({ name: "ValidationException" });
    expect(recent()).toEqual([]);
  });

  test("has its events after a restart, also after a crash in the middle of a line", async () => {
    await put(entry(1));
    await put(entry(2));
    await bus.stop();
    await appendFile(join(directory.path, busFileName), '{"version":"0","id":"cut sho');
    await start();
    await put(entry(3));
    expect(recent()).toEqual([3, 2, 1]);
  });

  test("keeps the last events only, in memory and on disk", async () => {
    await bus.stop();
    await start(5);
    for (let n = 1; n <= 23; n++) await put(entry(n));
    expect(recent()).toEqual([23, 22, 21, 20, 19]);
    const lines = (await readFile(join(directory.path, busFileName), "utf8")).trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(10);
    await bus.stop();
    await start(5);
    expect(recent()).toEqual([23, 22, 21, 20, 19]);
  });
});
