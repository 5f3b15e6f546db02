import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { usedBy } from "../../../bench/read-side.ts";
import { createDocumentClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createDataKeyRows } from "../../../lib/adapters/dynamodb/data-keys.ts";
import { createSubjectKeyRows } from "../../../lib/adapters/dynamodb/subject-keys.ts";
import { createKmsClient } from "../../../lib/adapters/kms/client.ts";
import {
  createKeyCatalogue,
  createKeyDestroyer,
  createKeyUnwrapper,
  createOwnKeyMaker,
  createSharedKeyMaker,
} from "../../../lib/adapters/kms/key-service.ts";
import { subjectKeyTable } from "../../../lib/core/system/tables.ts";
import { createTables } from "../../../local/create-tables.ts";
import { type Engine, startEngine } from "../../../local/engine.ts";
import { startKms } from "../../../local/kms.ts";
import { keyContract } from "../../contracts/subject-keys.ts";
import { createKeyWorld, openOne, sealOne, slowTime } from "../../key-world.ts";
import { meteredClient } from "../dynamodb/metered-client.ts";

const stage = "test";
let engine: Engine;
let worlds = 0;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  engine = await startEngine();
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", engine.url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await engine.stop();
});

const enabledAmong = async (client: KMSClient, ids: readonly string[]): Promise<string[]> => {
  const states = await Promise.all(
    ids.map(async (KeyId) => (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata),
  );
  return ids.filter((_, index) => states[index]?.KeyState === "Enabled");
};

/** A table of its own on the engine, and a local KMS of its own, behind the adapters that are deployed. */
const build = async (mode: "per-user" | "shared") => {
  const dataDir = await mkdtemp(join(tmpdir(), "everfold-keys-"));
  const local = await startKms({ dataDir });
  vi.stubEnv("AWS_ENDPOINT_URL_KMS", local.url);
  const kms = createKmsClient();
  const documents = createDocumentClient();
  const client = meteredClient(documents);
  cleanups.push(async () => {
    kms.destroy();
    documents.destroy();
    await local.stop();
    await rm(dataDir, { recursive: true });
  });
  worlds += 1;
  const table = `${subjectKeyTable.name}-${worlds}`;
  await createTables(documents, [{ ...subjectKeyTable, name: table }]);
  const own = createOwnKeyMaker(kms, stage);
  const shared = async () => createSharedKeyMaker(kms, (await own.create("none")).keyId);
  const catalogue = createKeyCatalogue(kms, stage);
  const keys = {
    ...(mode === "shared" ? await shared() : own),
    ...createKeyUnwrapper(kms),
    ...createKeyDestroyer(kms),
    ...catalogue,
  };
  const rows = {
    ...createSubjectKeyRows(client, table),
    ...createDataKeyRows(client, table),
  };
  const enabledKeys = async (): Promise<readonly string[]> => {
    const ids: string[] = [];
    for await (const page of catalogue.keys()) ids.push(...page);
    return enabledAmong(kms, ids);
  };
  return { world: createKeyWorld(rows, keys, slowTime), enabledKeys, kms, client };
};

for (const mode of ["per-user", "shared"] as const)
  keyContract("keys on DynamoDB and KMS", mode, () => build(mode));

describe("the sweeper on DynamoDB and KMS", () => {
  it("adopts one key of a claim that was left behind, and destroys the others", async () => {
    const { world, enabledKeys } = await build("per-user");
    const sealed = await sealOne(world.start().sealer, "bob", "Bob");
    await world.rows.claim("ada", "2020_a", undefined);
    await world.keys.create("2020_a");
    await world.keys.create("2020_a");
    await world.rows.claim("cem", "2020_c", undefined);
    await world.rows.bury("dan", "2020-01-01T00:00:00.000Z");
    const report = await world.start().sweep();
    expect(report).toMatchObject({ keys: 3, adopted: 1, destroyed: 1, released: 1, erased: 1 });
    expect(report.failures).toEqual([]);
    const ada = await world.rows.find("ada");
    expect(ada).toMatchObject({ state: "ready", own: true });
    expect(await enabledKeys()).toHaveLength(2);
    expect(await world.rows.find("cem")).toBeUndefined();
    const adas = await sealOne(world.start().sealer, "ada", "Ada");
    const { opener } = world.start();
    expect([await openOne(opener, adas), await openOne(opener, sealed)]).toEqual(["Ada", "Bob"]);
    expect(await world.start().sweep()).toMatchObject({ adopted: 0, destroyed: 0, released: 0 });
  });

  it("does not look at keys of other stages", async () => {
    const { world, enabledKeys, kms } = await build("per-user");
    await createOwnKeyMaker(kms, "other").create("2020_a");
    await world.rows.claim("ada", "2020_a", undefined);
    const report = await world.start().sweep();
    expect(report).toMatchObject({ adopted: 0, destroyed: 0, released: 1, failures: [] });
    expect(await enabledKeys()).toHaveLength(1);
  });
});

describe("what personal data costs of the store", () => {
  it("is one strong read a warm write, and nothing a warm reading", async () => {
    const { world, client } = await build("per-user");
    const writer = world.start();
    const reader = world.start();
    const costOf = (work: () => Promise<unknown>) => usedBy({ client }, work);
    const first = await costOf(() => sealOne(writer.sealer, "ada", "Ada"));
    expect(first).toEqual({ roundTrips: 5, readUnits: 1, writeUnits: 10 });
    const warm = await costOf(() => sealOne(writer.sealer, "ada", "Ada"));
    expect(warm).toEqual({ roundTrips: 1, readUnits: 1, writeUnits: 0 });
    const cold = await costOf(() => sealOne(world.start().sealer, "ada", "Ada"));
    expect(cold).toEqual({ roundTrips: 2, readUnits: 1, writeUnits: 4 });
    const sealed = await sealOne(writer.sealer, "ada", "Ada");
    const read = () => costOf(() => openOne(reader.opener, sealed));
    expect(await read()).toEqual({ roundTrips: 1, readUnits: 2, writeUnits: 0 });
    expect(await read()).toEqual({ roundTrips: 0, readUnits: 0, writeUnits: 0 });
  });
});

describe("an erasure on DynamoDB and KMS", () => {
  it("tells when KMS destroys the key, 7 days later", async () => {
    const { world, kms } = await build("per-user");
    await sealOne(world.start().sealer, "ada", "Ada");
    const row = await world.rows.find("ada");
    const { keyDestroyedAt } = await world.start().erase("ada");
    const KeyId = row?.state === "ready" ? row.keyId : "";
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.KeyState).toBe("PendingDeletion");
    expect(new Date(keyDestroyedAt)).toEqual(KeyMetadata?.DeletionDate);
    const days = (Date.parse(keyDestroyedAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.99);
    expect(days).toBeLessThanOrEqual(7);
  });

  it("can be done again after its key was scheduled for deletion and nothing was noted", async () => {
    const { world } = await build("per-user");
    await sealOne(world.start().sealer, "ada", "Ada");
    const row = await world.rows.find("ada");
    if (row?.state !== "ready") throw new Error("Ada has no key.");
    const date = await world.keys.destroy(row.keyId);
    await world.keys.disable(row.keyId);
    expect((await world.start().erase("ada")).keyDestroyedAt).toBe(date);
  });
});
