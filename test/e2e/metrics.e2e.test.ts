import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import {
  isToldBy,
  type MetricName,
  ownMetrics,
  type Service,
} from "../../lib/core/system/metrics.ts";
import type { Handler } from "../../local/function.ts";
import { contextWith, httpEvent } from "../lambdas/http/event.ts";
import { type Host, startHost } from "./host.ts";
import { settle, type Town } from "./town.ts";

const Report = z.strictObject({
  since: z.iso.datetime(),
  items: z.array(
    z.strictObject({
      namespace: z.literal("Everfold/local"),
      name: z.string(),
      unit: z.string(),
      dimensions: z.strictObject({ service: z.string() }),
      count: z.int().check(z.minimum(1)),
      sum: z.number(),
      min: z.number(),
      max: z.number(),
      p50: z.number(),
      p99: z.number(),
    }),
  ),
});

let host: Host;
let town: Town;

beforeAll(async () => {
  host = await startHost();
  town = await settle(host);
});
afterAll(() => host.stop());

const report = async () => Report.parse((await host.http("/local/metrics")).body).items;
const metric = async (service: Service, name: MetricName) =>
  (await report()).find((item) => item.name === name && item.dimensions.service === service);
/** What this name has grown by, of one function, while something was done. */
const growth = async (service: Service, name: MetricName, work: () => Promise<unknown>) => {
  await host.system.idle();
  const before = (await metric(service, name))?.sum ?? 0;
  await work();
  return ((await metric(service, name))?.sum ?? 0) - before;
};
/** Another warm function on the same tables: what it writes, the host's own does not know. */
const rivalDeposit = async () => {
  const path = new URL("../../lambdas/command.ts?rival", import.meta.url).href;
  const { handler }: { handler: Handler } = await import(path);
  const event = httpEvent({
    routeKey: "POST /accounts/{id}/deposit",
    path: "/accounts/a/deposit",
    parameters: { id: "a" },
    body: '{"amount":1}',
  });
  return async () =>
    expect(await handler(event, contextWith(60_000))).toMatchObject({ statusCode: 200 });
};
const isDeclared = (name: string): name is MetricName => Object.hasOwn(ownMetrics, name);

describe("the metrics of the local host", () => {
  test("are those that are declared, in their units, each told by a function that declares it", async () => {
    for (const { name, unit, dimensions } of await report()) {
      if (!isDeclared(name)) throw new Error(`${name} is declared nowhere.`);
      expect(unit).toBe(ownMetrics[name].unit);
      expect(isToldBy(dimensions.service as Service, name), `${dimensions.service} ${name}`).toBe(
        true,
      );
    }
  });

  test("are told by what a stage does all day", async () => {
    await town.ann.get("/accounts/a");
    const told = (await report()).map(({ name, dimensions }) => `${dimensions.service} ${name}`);
    expect(told).toEqual(
      expect.arrayContaining([
        ...["command Accepted", "command KeysMade", "command RoundTrips", "command WriteUnits"],
        ...["query RoundTrips", "query ReadUnits", "projector ViewLag", "projector Rows"],
        ...["projector Events", "publisher Events", "projector WriteUnits"],
      ]),
    );
  });

  test("count a command by how it ended, and what it cost", async () => {
    const { ann } = town;
    const deposit = (amount: number) => ann.post("/accounts/a/deposit", { amount });
    expect(await growth("command", "Accepted", () => deposit(1))).toBe(1);
    expect(await growth("command", "WriteUnits", () => deposit(1))).toBe(1);
    expect(await growth("command", "Refused", () => deposit(-1))).toBe(1);
    expect(await growth("command", "Accepted", () => deposit(-1))).toBe(0);
  });

  test("count a write that somebody else was faster with; it is no conflict that is answered", async () => {
    const rival = await rivalDeposit();
    const meet = async () => {
      await rival();
      await town.ann.post("/accounts/a/deposit", { amount: 1 });
    };
    expect(await growth("command", "Retries", meet)).toBe(1);
    expect(await growth("command", "Conflicts", meet)).toBe(0);
  });

  test("count an event once when the views have it, and once when the bus has", async () => {
    const work = async () => {
      await town.ann.post("/carts/b/add", { sku: "tea", quantity: 1, price: 1 });
      await host.system.idle();
    };
    expect(await growth("projector", "Events", work)).toBe(1);
    expect(await growth("publisher", "Events", work)).toBe(1);
  });

  test("count a person who is forgotten", async () => {
    const forget = () => town.eve.send("/people/eve", { method: "DELETE" });
    expect(await growth("people", "Erasures", forget)).toBe(1);
  });

  test("hold nothing of whom they are about: their only dimension is a function", async () => {
    const { text } = await host.http("/local/metrics");
    for (const name of ["ann", "Ann Smith", "ann@example.org", "account-a"])
      expect(text).not.toContain(`"${name}"`);
  });
});
