import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTeller } from "../../lambdas/telling.ts";

const logged: string[] = [];

beforeEach(() => {
  logged.length = 0;
  vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "Everfold/test");
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => {
      logged.push(String(text));
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const lines = () => logged.map((line): Record<string, unknown> => JSON.parse(line));

describe("an operation that has ended", () => {
  test("is told of in one line: what it was about, its price, and what was counted, as metrics", async () => {
    const teller = createTeller("command");
    await teller.operation("A jar was filled.", async (about, meter) => {
      about({ stream: "jar-1" });
      about({ view: undefined, attempts: 2 });
      meter.add({ writeUnits: 3 });
      teller.count("Retries");
      teller.count("Retries", 2);
      teller.count("Accepted");
    });
    expect(lines()).toEqual([
      expect.objectContaining({
        level: "INFO",
        message: "A jar was filled.",
        service: "command",
        stream: "jar-1",
        attempts: 2,
        ms: expect.any(Number),
        Retries: 3,
        Accepted: 1,
        RoundTrips: 0,
        ReadUnits: 0,
        WriteUnits: 3,
      }),
    ]);
  });

  test("says in the embedded metric format what is a metric, and by which dimension", async () => {
    const teller = createTeller("projector");
    await teller.operation("A batch was applied.", async () => teller.count("ViewLag", 12));
    const [{ _aws } = {}] = lines();
    expect(_aws).toEqual({
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: "Everfold/test",
          Dimensions: [["service"]],
          Metrics: [
            { Name: "ViewLag", Unit: "Milliseconds" },
            { Name: "RoundTrips", Unit: "Count" },
            { Name: "ReadUnits", Unit: "Count" },
            { Name: "WriteUnits", Unit: "Count" },
          ],
        },
      ],
    });
  });

  test("is told of when it failed, too, and the failure goes on", async () => {
    const teller = createTeller("worker");
    const work = teller.operation("Queued work was done.", async (about) => {
      about({ stream: "jar-2" });
      throw new Error("broken");
    });
    await expect(work).rejects.toThrow("broken");
    expect(lines()).toMatchObject([{ stream: "jar-2", failed: true, RoundTrips: 0 }]);
  });

  test("leaves nothing of itself to the next", async () => {
    const teller = createTeller("command");
    await teller.operation("One.", async (about, meter) => {
      about({ stream: "jar-1" });
      teller.count("Accepted");
      meter.add({ writeUnits: 5 });
    });
    await teller.operation("Two.", async () => teller.count("Refused"));
    expect(lines()[1]).toMatchObject({ message: "Two.", Refused: 1, WriteUnits: 0 });
    expect(lines()[1]).not.toHaveProperty("Accepted");
    expect(lines()[1]).not.toHaveProperty("stream");
  });
});

describe("the metrics of an operation", () => {
  test("are told at any level of the log", async () => {
    vi.stubEnv("POWERTOOLS_LOG_LEVEL", "ERROR");
    const teller = createTeller("command");
    await teller.operation("A jar was filled.", async () => teller.count("Accepted"));
    expect(lines()).toMatchObject([{ Accepted: 1 }]);
  });

  test("are left out of a function's line that has none, which then is a line like any other", async () => {
    const teller = createTeller("caretaker");
    await teller.operation("The read side was looked after.", async (_, meter) =>
      meter.add({ writeUnits: 2 }),
    );
    expect(lines()).toMatchObject([{ level: "INFO", service: "caretaker", WriteUnits: 2 }]);
    expect(lines()[0]).not.toHaveProperty("_aws");
    expect(lines()[0]).not.toHaveProperty("RoundTrips");
    vi.stubEnv("POWERTOOLS_LOG_LEVEL", "WARN");
    await createTeller("caretaker").operation("Again.", async () => undefined);
    expect(lines()).toHaveLength(1);
  });

  test("are switched off by the setting of Powertools", async () => {
    vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
    const teller = createTeller("command");
    await teller.operation("A jar was filled.", async () => teller.count("Accepted"));
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).not.toHaveProperty("_aws");
  });
});
