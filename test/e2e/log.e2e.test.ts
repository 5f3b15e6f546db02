import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Host, startHost } from "./host.ts";
import type { Reply } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

type Line = Readonly<Record<string, unknown>>;

const lines: Line[] = [];
let host: Host;
let town: Town;

beforeAll(async () => {
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "INFO");
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, "write").mockImplementation((text) => {
      if (String(text).startsWith("{")) lines.push(JSON.parse(String(text)));
      return true;
    });
  host = await startHost();
  town = await meet(host);
});
afterAll(async () => {
  await host.stop();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const about = (facts: Line): readonly Line[] =>
  lines.filter((line) => Object.entries(facts).every(([key, value]) => line[key] === value));
const of = ({ headers }: Reply): readonly Line[] =>
  about({ requestId: headers["apigw-requestid"] });

describe("a command", () => {
  test("is told of in one line: where, what, how often it was tried, and its price", async () => {
    const headers = { "correlation-id": "order-7" };
    const reply = await must(town.ann.post("/accounts/a/open", opening(500), headers));
    expect(of(reply)).toEqual([
      expect.objectContaining({
        level: "INFO",
        service: "command",
        routeKey: "POST /accounts/{id}/open",
        correlationId: "order-7",
        stream: "account-a",
        status: 201,
        attempts: 1,
        ms: expect.any(Number),
        RoundTrips: expect.any(Number),
        ReadUnits: expect.any(Number),
        WriteUnits: expect.any(Number),
        Accepted: 1,
      }),
    ]);
  });

  test("can be followed to the views and to the bus by its correlation id", async () => {
    await host.system.idle();
    const followed = lines.filter(({ correlationIds }) => String(correlationIds) === "order-7");
    expect(followed.map(({ service }) => service).sort()).toEqual(["projector", "publisher"]);
    for (const line of followed) expect(line).toMatchObject({ commits: 1, named: ["account-a@1"] });
  });

  test("of two streams names both", async () => {
    const { ann } = town;
    await must(ann.post("/accounts/b/open", opening()));
    const reply = await must(ann.post("/accounts/a/transfer", { to: "b", amount: 1 }));
    expect(of(reply)).toMatchObject([{ stream: "account-a", others: ["account-b"] }]);
  });

  test("that is refused is told of, too, and so is one that is not understood", async () => {
    const refused = await town.ann.post("/accounts/a/withdraw", { amount: 1_000_000 });
    expect(of(refused)).toMatchObject([{ stream: "account-a", status: 422, attempts: 0 }]);
    const odd = await town.ann.post("/accounts/a/withdraw", { amount: "much" });
    expect(of(odd)).toMatchObject([{ routeKey: "POST /accounts/{id}/withdraw", status: 400 }]);
  });
});

describe("a query", () => {
  test.each([
    ["/accounts/a", { stream: "account-a", view: "accounts" }],
    ["/accounts/a/history", { stream: "account-a" }],
    ["/accounts", { view: "accounts" }],
    ["/views/balances?user=ann", { view: "balances" }],
    ["/posts/a", { stream: "like-a.ann", view: "likes" }],
  ])("%s is told of with its stream and its view, as far as it has one", async (path, facts) => {
    const reply = await town.ann.get(path);
    expect(of(reply)).toMatchObject([{ service: "query", status: 200, ...facts }]);
  });

  test("that is refused names the view that was asked", async () => {
    const reply = await town.eve.get("/views/balances?user=ann");
    expect(of(reply)).toMatchObject([{ view: "balances", status: 403 }]);
  });
});

test("queued work is told of with what it was", async () => {
  await must(town.root.post("/admin/views/balances/rebuild"));
  await host.system.idle();
  const segments = about({ service: "worker", kind: "segment", view: "balances" });
  expect(segments.length).toBeGreaterThan(0);
  for (const line of segments) expect(line).toMatchObject({ receives: 1, generation: 2 });
});

test("no line names who called, or shows what they said", () => {
  const all = JSON.stringify(lines);
  for (const said of ["Ann Smith", "ann@example.org", "Bearer"]) expect(all).not.toContain(said);
  expect(lines.filter((line) => "sub" in line || "actor" in line || "body" in line)).toEqual([]);
});
