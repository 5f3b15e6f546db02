import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDice } from "../clock.ts";
import { type HostProcess, startHost } from "../local/host-process.ts";
import { type User, userOf } from "./host.ts";
import { createHttp, cursorOf, type Http, itemsOf, whenServed } from "./http.ts";
import {
  accounts,
  balanceOf,
  carts,
  createDeeds,
  documents,
  historyOf,
  loadUntilGone,
  newJournal,
  prepare,
  settleOpen,
} from "./load.ts";
import { must } from "./town.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const dice = createDice(seed);
const journal = newJournal();
const next = createDeeds(dice);

let dataDir: string;
let host: HostProcess;
let http: Http;

/** A user by a token of the host's own issuer. */
const as = async (sub: string, ...groups: readonly string[]): Promise<User> => {
  const { body } = await must(http("/local/token", { body: { sub, groups } }));
  return userOf(http, sub, Object(body).token);
};

const start = async (): Promise<User> => {
  host = startHost({ DATA_DIR: dataDir, POWERTOOLS_LOG_LEVEL: "SILENT" });
  http = createHttp(await host.url);
  return as("ann");
};

/** Processes that a process has started, and those that these have started. */
const descendantsOf = async (pid: number): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  const pairs = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, of]) => (of === parent ? [...below(child), child] : []));
  return below(pid);
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
};

/** Loads the host until it is gone, which happens in the middle, by what `end` does to it. */
const loadAnd = async (user: User, end: () => Promise<void> | void): Promise<void> => {
  const before = journal.answered.size;
  const enough = 20 + Math.floor(dice() * 120);
  const loading = loadUntilGone(user, journal, next);
  while (journal.answered.size < before + enough) await sleep(1);
  await end();
  await loading;
  http.close();
};

beforeAll(async () => {
  process.stdout.write(`seed ${seed}\n`);
  dataDir = await mkdtemp(join(tmpdir(), "everfold-crash-"));
  const ann = await start();
  await prepare(ann);
});
afterAll(async () => {
  host.child.kill("SIGTERM");
  await host.ended;
  http.close();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

/** Everything that was answered is there, exactly once, and nothing that was refused. */
const checkLog = async (ann: User): Promise<void> => {
  const marks: string[] = [];
  let sent = 0;
  let received = 0;
  for (const path of [...accounts, ...documents, ...carts]) {
    const events = await historyOf(ann, path);
    for (const { type, data } of events) {
      const mark = data.memo ?? data.message ?? data.sku;
      if (mark !== undefined) marks.push(String(mark));
      if (type === "TransferSent") sent += 1;
      if (type === "TransferReceived") received += 1;
    }
    for (const { deed, reply } of journal.answered.values()) {
      const { version } = Object(reply.body);
      if (deed.of !== path || reply.status >= 300) continue;
      const { type, data } = events[version - 1] ?? expect.fail(`${path} has no ${version}`);
      const mark = data.memo ?? data.message ?? data.sku;
      if (type === "TransferSent") expect(data.to).toBe(Object(deed.body).to);
      else expect([path, version, mark]).toEqual([path, version, deed.key]);
    }
  }
  const accepted = [...journal.answered.values()].filter(({ reply }) => reply.status < 300);
  const isTransfer = (path: string) => path.endsWith("/transfer");
  const expected = accepted
    .filter(({ deed }) => !isTransfer(deed.path))
    .map(({ deed }) => deed.key);
  expect(marks.sort()).toEqual(expected.sort());
  expect(sent).toBe(accepted.filter(({ deed }) => isTransfer(deed.path)).length);
  expect(received).toBe(sent);
  for (const { reply } of journal.answered.values())
    expect([200, 201, 422]).toContain(reply.status);
};

/** Every view shows what the log says. */
const checkViews = async (ann: User): Promise<void> => {
  const heads = new Map<string, Awaited<ReturnType<typeof historyOf>>>();
  for (const path of [...accounts, ...documents, ...carts])
    heads.set(path, await historyOf(ann, path));
  const token = (paths: readonly string[], category: string) => ({
    "consistency-token": paths
      .filter((path) => (heads.get(path)?.length ?? 0) > 0)
      .map((path) => `${category}-${path.split("/")[2]}@${heads.get(path)?.length}`)
      .join(","),
  });
  const all = token(accounts, "account");
  const balances = accounts.map((path) => balanceOf(heads.get(path) ?? []));
  const shown = itemsOf(await must(ann.get("/accounts", all)));
  expect(shown.map(({ balance }) => balance)).toEqual(balances);
  const tally = await whenServed(() => ann.get("/views/balances?user=ann", all));
  const total = balances.reduce((sum, each) => sum + each, 0);
  expect(itemsOf(tally)).toMatchObject([{ currentBalance: total, accounts: 4 }]);
  let trail = 0;
  let more = "";
  do {
    const path = `/views/audit?user=ann&limit=100${more}`;
    const page = await whenServed(() => ann.get(path, all));
    trail += itemsOf(page).length;
    const cursor = cursorOf(page);
    more = cursor === undefined ? "" : `&cursor=${cursor}`;
  } while (more !== "");
  expect(trail).toBe(accounts.reduce((sum, path) => sum + (heads.get(path)?.length ?? 0), 0));
  for (const path of documents) {
    const { data } = heads.get(path)?.at(-1) ?? expect.fail();
    const { body } = await must(ann.get(path, token([path], "document")));
    expect(Object(body).body).toBe(data.message === undefined ? "" : `${data.message}\n`);
  }
  for (const path of carts.filter((each) => heads.get(each)?.length)) {
    const { body } = await must(ann.get(path, token([path], "cart")));
    expect(Object(body).items).toHaveLength(heads.get(path)?.length ?? 0);
  }
};

const checkAudit = async (): Promise<void> => {
  const root = await as("root", "admin");
  await must(root.post("/admin/audit"));
  let audit = await must(root.get("/admin/audit"));
  while (Object(audit.body).status !== "done") {
    await sleep(20);
    audit = await must(root.get("/admin/audit"));
  }
  expect(audit.body).toMatchObject({ ok: true, problems: [] });
};

describe("a host that is killed with -9 in the middle of a load", () => {
  test.each([
    ["together with its engine", true, true],
    ["alone, its engine left behind", true, false],
    ["by way of its engine", false, true],
  ])("%s: every acknowledged command is there, exactly once", async (_, host_, engine) => {
    const ann = await as("ann");
    const { child, ended } = host;
    const below = await descendantsOf(child.pid ?? expect.fail());
    expect(below.length).toBeGreaterThan(0);
    await loadAnd(ann, () => {
      if (engine) for (const pid of below) kill(pid);
      if (host_) kill(child.pid ?? expect.fail());
    });
    await ended;
    const again = await start();
    await settleOpen(again, journal);
    await checkLog(again);
    await checkViews(again);
    expect(journal.broken).toEqual([]);
  });

  test("an audit afterwards finds nothing", async () => {
    await checkAudit();
  });
});

describe("a host that is asked to stop in the middle of a load", () => {
  test("answers what it has taken, keeps it, and ends well", async () => {
    const ann = await as("ann");
    const stopping = host;
    await loadAnd(ann, () => {
      stopping.child.kill("SIGTERM");
    });
    expect(await stopping.ended).toEqual({ code: 0, signal: null });
    expect(stopping.complained()).toBe("");
    // No answer had begun that did not end.
    expect(journal.broken).toEqual([]);
    const again = await start();
    // What was not answered was not done either.
    await checkLog(again);
    await settleOpen(again, journal);
    await checkLog(again);
    await checkViews(again);
    await checkAudit();
  });
});
