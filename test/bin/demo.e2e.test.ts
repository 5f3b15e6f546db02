import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type System, startSystem } from "../../local/system.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Played {
  readonly code: number;
  readonly printed: string;
  readonly complained: string;
}

const play = (parameters: readonly string[], url?: string): Promise<Played> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...(url === undefined ? {} : { EVERFOLD_URL: url }) };
    const all = ["--import", "tsx", "bin/demo.ts", ...parameters];
    execFile(process.execPath, all, { cwd: root, env }, (error, printed, complained) =>
      resolve({ code: error ? Number(error.code) : 0, printed, complained }),
    );
  });

let dataDir: string;
let system: System | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-test-"));
});

afterEach(async () => {
  await system?.stop();
  system = undefined;
  await rm(dataDir, { recursive: true, force: true });
});

test("a play for each domain ends well before a running system, twice over", async () => {
  system = await startSystem({ port: 0, dataDir, log: () => undefined });
  for (const played of [await play([system.url]), await play([], `${system.url}/`)]) {
    expect(played.complained).toBe("");
    expect(played.code).toBe(0);
    const { printed } = played;
    for (const told of ["accounts", "Rides", "Likes", "Carts", "Playback", "Documents", "People"])
      expect(printed).toContain(told);
    for (const told of ["At version 1", "reads it at once", "connection breaks", "sends Bob"])
      expect(printed).toContain(told);
    for (const told of ["asks to be forgotten", "rebuilt", "no problem found"])
      expect(printed).toContain(told);
    expect(printed).not.toContain("✗");
    expect(printed).toMatch(/Everything was as it should be\.\n$/);
  }
});

test("where nothing listens it says so, and what to do", async () => {
  const { code, printed, complained } = await play(["http://127.0.0.1:1"]);
  expect(code).toBe(1);
  expect(printed).toBe("");
  expect(complained).toContain("No Everfold answers at http://127.0.0.1:1.");
  expect(complained).toContain("npm start");
});

test("before a system that hands out no tokens it breaks off, and says why", async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/health" ? 200 : 404).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { code, complained } = await play([`http://127.0.0.1:${port}`]);
  server.close();
  expect(code).toBe(1);
  expect(complained).toContain("plays on a local host only");
});
