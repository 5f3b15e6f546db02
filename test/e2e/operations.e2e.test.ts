import { setTimeout as sleep } from "node:timers/promises";
import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { eventTable } from "../../lib/core/system/tables.ts";
import { registry } from "../../lib/domains/index.ts";
import { type Host, startHost, type User } from "./host.ts";
import { cursorOf, itemsOf, type Reply, seen, whenServed } from "./http.ts";
import { meet, must, opening, type Town } from "./town.ts";

let host: Host;
let town: Town;

const until = async <T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> => {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`It never came: ${JSON.stringify(answer)}`);
    await sleep(20);
  }
};

beforeAll(async () => {
  host = await startHost();
  town = await meet(host);
  for (const id of ["a0", "a1", "a2", "a3"])
    await must(town.ann.post(`/accounts/${id}/open`, opening(1_000)));
  await must(town.ann.post("/rides/r/book", { pickup: "Main Street 1", destination: "Harbour" }));
  await host.system.idle();
});
afterAll(() => host.stop());

const views = async () => itemsOf(await must(town.root.get("/admin/views")));
const viewNamed = async (name: string): Promise<Record<string, unknown>> =>
  (await views()).find((view) => view.name === name) ?? expect.fail(`There is no view ${name}.`);
const rebuild = (name: string): Promise<Reply> => town.root.post(`/admin/views/${name}/rebuild`);

/** How many items a list has, page by page. */
const countOf = async (user: User, path: string): Promise<number> => {
  let count = 0;
  let cursor: string | undefined;
  do {
    const more: string = cursor === undefined ? "" : `&cursor=${cursor}`;
    const page = await must(user.get(`${path}${more}`));
    count += itemsOf(page).length;
    cursor = cursorOf(page);
  } while (cursor !== undefined);
  return count;
};

describe("the report on views", () => {
  test("names every view, and how it is doing", async () => {
    const items = await views();
    expect(items.map(({ name }) => name)).toEqual(registry.views.map(({ name }) => name));
    for (const { name, kind, definition } of registry.views)
      expect(items.find((view) => view.name === name)).toMatchObject({
        kind,
        generation: 1,
        definition,
        lag: expect.any(Number),
        parked: 0,
        rebuild: null,
      });
  });
});

describe("a rebuild", () => {
  test("of a view that there is not is not found", async () => {
    for (const name of ["nothing", "constructor", "Accounts"])
      expect(await rebuild(name)).toMatchObject({ status: 404 });
  });

  test("is refused while one runs", async () => {
    const replies = await Promise.all([rebuild("carts"), rebuild("carts")]);
    const [taken, refused] = replies.sort((left, right) => left.status - right.status);
    expect(taken).toMatchObject({ status: 202, body: { view: "carts", generation: 2 } });
    expect(refused).toMatchObject({
      status: 409,
      headers: { "content-type": "application/problem+json", "retry-after": expect.any(String) },
    });
    await host.system.idle();
    expect(await viewNamed("carts")).toMatchObject({
      generation: 2,
      rebuild: { status: "done", segments: expect.any(Number), startedAt: expect.any(String) },
    });
  });

  test("goes on while others write and read: nobody sees a hole, a mix or a step back", async () => {
    const { ann, eve } = town;
    const ids = ["a0", "a1", "a2", "a3"];
    let isOver = false;
    let written = 0;
    let opened = 0;
    // Accounts that nobody touches again: what a build misses of them, nothing brings back.
    const settle = async (): Promise<void> => {
      while (!isOver) {
        opened += 1;
        await must(eve.post(`/accounts/n${opened}/open`, opening(1)));
      }
    };
    const write = async (): Promise<Reply> => {
      let last: Reply | undefined;
      while (!isOver || !last) {
        last = await must(ann.post(`/accounts/${ids[written % 4]}/deposit`, { amount: 1 }));
        written += 1;
      }
      return last;
    };
    const read = async (): Promise<number> => {
      let least = 0;
      let rounds = 0;
      for (; !isOver; rounds += 1) {
        const before = written;
        const accounts = itemsOf(await must(ann.get("/accounts")));
        expect(accounts.map(({ id }) => id)).toEqual(ids);
        const sum = accounts.reduce((all, { balance }) => all + Number(balance), 0);
        expect(sum).toBeLessThanOrEqual(4_000 + written + 1);
        const [balances] = itemsOf(await must(ann.get("/views/balances?user=ann")));
        expect(Number(balances?.currentBalance)).toBeGreaterThanOrEqual(least);
        least = Number(balances?.currentBalance);
        expect(balances).toMatchObject({ accounts: 4 });
        const audit = itemsOf(await must(ann.get("/views/audit?user=ann&limit=100")));
        expect(audit.length).toBeGreaterThanOrEqual(Math.min(4, before));
      }
      return rounds;
    };
    const settling = Promise.all([settle(), settle(), settle(), settle()]);
    const writing = write();
    const reading = read();
    for (const name of ["accounts", "balances", "audit"])
      expect(await rebuild(name)).toMatchObject({ status: 202, body: { generation: 2 } });
    const done = ["accounts", "balances", "audit"].map((name) =>
      until(
        () => viewNamed(name),
        ({ generation }) => generation === 2,
      ),
    );
    await Promise.all(done);
    isOver = true;
    const last = await writing;
    expect(await reading).toBeGreaterThan(0);
    await settling;
    const balances = await whenServed(() => ann.get("/views/balances?user=ann", seen(last)));
    expect(itemsOf(balances)).toMatchObject([{ currentBalance: 4_000 + written, accounts: 4 }]);
    for (const view of await Promise.all(["accounts", "balances", "audit"].map(viewNamed)))
      expect(view.rebuild).toMatchObject({
        status: "done",
        segmentsDone: Object(view.rebuild).segments,
        finishedAt: expect.any(String),
      });
    // The new builds hold every event, the old ones' readers having gone.
    await host.restart();
    town = await meet(host);
    await host.system.idle();
    const { ann: again } = town;
    expect(itemsOf(await must(again.get("/views/balances?user=ann")))).toMatchObject([
      { currentBalance: 4_000 + written },
    ]);
    const versions = itemsOf(await must(again.get("/accounts"))).map(({ version }) => version);
    expect(versions.map(Number).reduce((all, version) => all + version, 0)).toBe(4 + written);
    expect(await countOf(again, "/views/audit?user=ann&limit=100")).toBe(4 + written);
    const { eve: settler } = town;
    expect(itemsOf(await must(settler.get("/views/balances?user=eve")))).toMatchObject([
      { currentBalance: opened, accounts: opened },
    ]);
    expect(await countOf(settler, "/accounts?limit=100")).toBe(opened);
    expect(await countOf(settler, "/views/audit?user=eve&limit=100")).toBe(opened);
  });

  test("leaves cursors of the build before good for a while", async () => {
    const { ann, root } = town;
    const old = await must(ann.get("/accounts?limit=1"));
    const [, expired] = [cursorOf(old), `7.${cursorOf(old)?.split(".")[1]}`];
    await must(rebuild("accounts"));
    await until(
      () => viewNamed("accounts"),
      ({ rebuild }) => Object(rebuild).status === "done",
    );
    await host.restart();
    town = await meet(host);
    const rest = await must(town.ann.get(`/accounts?cursor=${cursorOf(old)}`));
    expect(itemsOf(rest).map(({ id }) => id)).toEqual(["a1", "a2", "a3"]);
    expect(await town.ann.get(`/accounts?cursor=${expired}`)).toMatchObject({ status: 400 });
    expect(root.sub).toBe("root");
  });
});

describe("the bus", () => {
  test("has every event, its personal values sealed", async () => {
    await host.system.idle();
    const reply = await until(
      () => host.http("/local/bus"),
      ({ body }) => Object(body).items.length > 0,
    );
    const { items } = Object(reply.body);
    for (const { detail, source, ...entry } of items) {
      expect(entry["detail-type"]).toBe(detail.type);
      expect(source).toBe(`everfold.${String(detail.stream).split("-")[0]}`);
      expect(detail.id).toBe(`${detail.stream}@${detail.version}`);
    }
    expect(items.map(({ detail }: { detail: { type: string } }) => detail.type)).toContain(
      "MoneyDeposited",
    );
    const booked = await must(
      town.eve.post("/rides/bus/book", { pickup: "Quay", destination: "Inn" }),
    );
    expect(booked.status).toBe(201);
    await host.system.idle();
    const { body, text } = await host.http("/local/bus");
    const [latest] = Object(body).items;
    expect(latest.detail).toMatchObject({
      id: "ride-bus@1",
      type: "RideBooked",
      schema: 1,
      owner: "eve",
      data: { rider: "eve", pickup: { $sealed: expect.any(String) } },
    });
    expect(text).not.toContain("Quay");
  });
});

describe("an audit", () => {
  const audited = async (): Promise<Record<string, unknown>> => {
    const reply = await until(
      () => must(town.root.get("/admin/audit")),
      ({ body }) => Object(body).status !== "running",
    );
    return Object(reply.body);
  };

  test("has not happened yet", async () => {
    expect(await audited()).toMatchObject({ status: "never", streams: 0, events: 0, problems: [] });
  });

  test("of a sound log finds nothing", async () => {
    expect(await town.root.post("/admin/audit")).toMatchObject({ status: 202 });
    expect(await audited()).toMatchObject({
      status: "done",
      ok: true,
      streams: expect.any(Number),
      problems: [],
      finishedAt: expect.any(String),
    });
  });

  test("finds what a hand has changed, and what it has taken away", async () => {
    const client = createDocumentClient();
    const TableName = eventTable.name;
    await client.send(
      new UpdateCommand({
        TableName,
        Key: { stream: "account-a0", version: 1 },
        UpdateExpression: "SET actor = :eve",
        ExpressionAttributeValues: { ":eve": "eve" },
      }),
    );
    await client.send(new DeleteCommand({ TableName, Key: { stream: "ride-bus", version: 1 } }));
    await must(town.root.post("/admin/audit"));
    const { ok, problems } = await audited();
    expect(ok).toBe(false);
    const found = Object(problems).map(({ stream, kind }: Record<string, string>) => [
      stream,
      kind,
    ]);
    expect(found).toContainEqual(["account-a0", "broken-chain"]);
    expect(found).toContainEqual(["ride-bus", "row-ahead"]);
    expect(new Set(found.map(([stream]: string[]) => stream))).toEqual(
      new Set(["account-a0", "ride-bus"]),
    );
  });
});
