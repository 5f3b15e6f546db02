import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startBackgroundApart } from "../../local/background-apart.ts";
import { busFileName } from "../../local/bus.ts";
import { StartupFault } from "../../local/startup-fault.ts";
import { callerOf, type HostProcess, opening, startHost } from "./host-process.ts";

const patience = { timeout: 20_000, interval: 50 };

let dataDir: string;
let host: HostProcess;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-test-"));
  host = startHost({ DATA_DIR: dataDir });
});

afterEach(async () => {
  host.child.kill("SIGKILL");
  await host.ended;
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

/** Process ids of the background of a host. */
const backgroundOf = (pid: number | undefined): readonly number[] =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("background-process"))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([own = 0, parent]) => (parent === pid ? [own] : []));

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const onlyBackground = (): number => {
  const [pid, ...others] = backgroundOf(host.child.pid);
  expect(others).toEqual([]);
  return pid ?? expect.fail("There is no background process.");
};

test("what nobody waits for runs in a process of its own, and its metrics are told by the host", async () => {
  const url = await host.url;
  onlyBackground();
  const alice = await callerOf(url, "alice");
  expect((await alice.post("/accounts/a1/open", opening)).status).toBe(201);
  await vi.waitFor(async () => {
    const { items } = (await (await alice.get("/accounts")).json()) as { items: unknown[] };
    expect(items).toHaveLength(1);
  }, patience);
  await vi.waitFor(async () => {
    const told = await (await fetch(`${url}/local/metrics`)).text();
    expect(told).toContain('"service":"projector"');
  }, patience);
  await vi.waitFor(async () => {
    const bus = await (await fetch(`${url}/local/bus`)).json();
    expect(bus).toMatchObject({ items: [{ "detail-type": "AccountOpened" }] });
  }, patience);
});

test("the host stops, and says why, when its background has ended by itself", async () => {
  await host.url;
  process.kill(onlyBackground(), "SIGKILL");
  expect(await host.ended).toEqual({ code: 1, signal: null });
  expect(host.complained()).toContain("The background process ended by itself (SIGKILL)");
});

test("the background ends with its host, also when that is killed", async () => {
  await host.url;
  const pid = onlyBackground();
  host.child.kill("SIGKILL");
  await host.ended;
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), patience);
});

test("a start that fails is refused with its reason", async () => {
  const options = { dataDir, streamArn: "arn:none", queueUrl: "http://127.0.0.1:1/none" };
  await expect(startBackgroundApart(options, () => undefined)).rejects.toThrow(
    "environment variable",
  );
});

test("a start that fails for a reason that can be mended tells the way out", async () => {
  await writeFile(join(dataDir, busFileName), "no event\n");
  const options = { dataDir, streamArn: "arn:none", queueUrl: "http://127.0.0.1:1/none" };
  const failure = await startBackgroundApart(options, () => undefined).catch((error) => error);
  expect(failure).toBeInstanceOf(StartupFault);
  expect(failure.message).toContain("bus.log is damaged");
  expect(failure.wayOut).toContain("Move the file away");
});
