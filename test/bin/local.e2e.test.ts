import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { callerOf, type HostProcess, opening, startHost } from "../local/host-process.ts";

const run = promisify(execFile);

let home: string;
let dataDir: string;
let hosts: HostProcess[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
  dataDir = join(home, "data");
});

afterEach(async () => {
  for (const { child } of hosts) child.kill("SIGKILL");
  await Promise.all(hosts.map(({ ended }) => ended));
  hosts = [];
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

const start = (variables: Readonly<Record<string, string>> = {}): HostProcess => {
  const host = startHost({ DATA_DIR: dataDir, ...variables });
  hosts.push(host);
  return host;
};

test("tells where it is and what to call first, and what it tells works when pasted", async () => {
  const host = start();
  const url = await host.url;
  expect(host.printed()).toContain(dataDir);
  expect(host.printed()).toContain("README.md");
  const shown = host.printed().split("\n");
  const from = shown.findIndex((line) => line.includes("TOKEN="));
  const to = shown.findIndex((line) => line.includes("Ctrl-C"));
  const pasted = shown.slice(from, to).filter((line) => !line.startsWith("A token"));
  const { stdout } = await run("sh", ["-c", pasted.join("\n")]);
  expect(stdout).toContain('"type":"AccountOpened"');
  expect(stdout).toContain('"name":"Alice"');
  expect(stdout).toMatch(/"token":"ey/);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect(host.complained()).toBe("");
});

test.each(["SIGTERM", "SIGINT"] as const)("stops cleanly on %s", async (signal) => {
  const host = start();
  await host.url;
  host.child.kill(signal);
  expect(await host.ended).toEqual({ code: 0, signal: null });
  expect(host.printed()).toContain("Stopped.");
  expect(host.complained()).toBe("");
});

test("a host killed with -9 in the middle of a load has every acknowledged command after it", async () => {
  const first = start();
  const alice = await callerOf(await first.url, "alice");
  await alice.post("/accounts/k1/open", opening);
  let acknowledged = 0;
  const load = Promise.all(
    Array.from({ length: 8 }, async () => {
      for (;;) {
        const answer = await alice.post("/accounts/k1/deposit", { amount: 1 });
        if (answer.status === 200) acknowledged += 1;
      }
    }),
  ).catch(() => undefined);
  await vi.waitFor(() => expect(acknowledged).toBeGreaterThan(40), { timeout: 60_000 });
  first.child.kill("SIGKILL");
  await load;
  const second = start();
  const again = await callerOf(await second.url, "alice");
  const token = { "consistency-token": `account-k1@${acknowledged + 1}` };
  const account = await (await again.get("/accounts/k1", token)).json();
  // A command whose answer was lost may have been carried out: at most one for each of the eight.
  const { balance } = account as { readonly balance: number };
  expect(balance).toBeGreaterThanOrEqual(acknowledged);
  expect(balance).toBeLessThanOrEqual(acknowledged + 8);
  const integrity = await (await again.get("/accounts/k1/integrity")).json();
  expect(integrity).toMatchObject({ ok: true });
  expect((await again.post("/accounts/k1/deposit", { amount: 1 })).status).toBe(200);
});

describe("a start that cannot succeed says why and what to do, in words, and ends with 1", () => {
  const refused = async (host: HostProcess): Promise<string> => {
    expect(await host.ended).toEqual({ code: 1, signal: null });
    expect(host.complained()).not.toMatch(/^\s+at /m);
    return host.complained();
  };

  test("another host in the directory", async () => {
    const first = start();
    await first.url;
    expect(await refused(start())).toMatch(/Another local host \(process \d+\)[\s\S]*DATA_DIR=/);
  });

  test("a busy port", async () => {
    const { port } = new URL(await start().url);
    const second = start({ PORT: port, DATA_DIR: join(home, "other") });
    expect(await refused(second)).toMatch(new RegExp(`Port ${port} is in use.[\\s\\S]*PORT=`));
  });

  test("a port that is none", async () => {
    expect(await refused(start({ PORT: "http" }))).toContain('PORT is "http"');
  });

  test("a data directory that is a file", async () => {
    await writeFile(dataDir, "");
    expect(await refused(start())).toMatch(/data directory[\s\S]*DATA_DIR=/);
  });

  test.each(["engine.db", "kms.json", "issuer.pem", "queues.log"])("a broken %s", async (name) => {
    await mkdir(dataDir);
    await appendFile(join(dataDir, name), "this is not what it should be\n".repeat(100));
    expect(await refused(start())).toContain(dataDir);
  });

  test("an engine that does not answer", async () => {
    const nowhere = start({ AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" });
    expect(await refused(nowhere)).toContain("AWS_ENDPOINT_URL_DYNAMODB");
  });
});
