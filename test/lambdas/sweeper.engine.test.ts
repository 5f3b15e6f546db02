import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createSubjectKeyRows } from "../../lib/adapters/dynamodb/subject-keys.ts";
import { createKmsClient } from "../../lib/adapters/kms/client.ts";
import { createOwnKeyMaker } from "../../lib/adapters/kms/key-service.ts";
import { subjectKeyTable } from "../../lib/core/system/tables.ts";
import { type LocalKms, startKms } from "../../local/kms.ts";
import { type StartedStore, startStore } from "../adapters/dynamodb/started-store.ts";
import { contextWith } from "./http/event.ts";

let store: StartedStore;
let kms: LocalKms;
let dataDir: string;
const said: string[] = [];

beforeAll(async () => {
  store = await startStore([subjectKeyTable]);
});

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-sweeper-"));
  kms = await startKms({ dataDir });
  vi.stubEnv("AWS_ENDPOINT_URL_KMS", kms.url);
  vi.stubEnv("SUBJECT_KEYS_TABLE", subjectKeyTable.name);
  vi.stubEnv("SUBJECT_KEYS", "per-user");
  vi.stubEnv("STAGE", "dev");
  vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "Everfold/dev");
  vi.stubEnv("POWERTOOLS_DEV", "true");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  for (const level of ["log", "info", "error"] as const)
    vi.spyOn(console, level).mockImplementation((line) => void said.push(String(line)));
  vi.resetModules();
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  said.splice(0);
  await kms.stop();
  await rm(dataDir, { recursive: true });
});

afterAll(async () => {
  await store.stop();
});

const sweep = async () =>
  (await import("../../lambdas/sweeper.ts")).handler({}, contextWith(60_000));

describe("the sweeper function", () => {
  it("adopts what was left behind, and tells how many keys there are", async () => {
    const rows = createSubjectKeyRows(store.client, subjectKeyTable.name);
    await rows.claim("ada", "2020_a", undefined);
    const client = createKmsClient();
    const { keyId } = await createOwnKeyMaker(client, "dev").create("2020_a");
    client.destroy();
    await sweep();
    expect(await rows.find("ada")).toMatchObject({ state: "ready", keyId });
    const metrics = said.map((line): unknown => JSON.parse(line));
    expect(metrics).toContainEqual(expect.objectContaining({ KmsKeys: 1, KeysUnowned: 1 }));
  });

  it("fails, so that it is seen, when an erasure cannot be completed", async () => {
    const rows = createSubjectKeyRows(store.client, subjectKeyTable.name);
    const stranger = "0b54c1a2-3f6e-4d5c-8b7a-9e0f1a2b3c4d";
    await rows.claim("bob", `${new Date().toISOString()}_b`, undefined);
    const bob = await rows.find("bob");
    if (bob?.state !== "claimed") throw new Error("Bob has no claim.");
    await rows.record("bob", bob.claim, { keyId: stranger, own: true });
    await rows.bury("bob", new Date().toISOString());
    await expect(sweep()).rejects.toThrow("1 keys or erasures");
    expect(said.join("\n")).toContain("was not settled");
    expect(await rows.openErasures(10)).toEqual(["bob"]);
  });

  it("refuses to start in a mode that there is not", async () => {
    vi.stubEnv("SUBJECT_KEYS", "Shared");
    await expect(import("../../lambdas/sweeper.ts")).rejects.toThrow(/"per-user" or "shared"/);
  });
});
