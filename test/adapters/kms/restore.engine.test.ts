import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createDocumentClient } from "../../../lib/adapters/dynamodb/client.ts";
import { createDataKeyRows } from "../../../lib/adapters/dynamodb/data-keys.ts";
import { createSubjectKeyRows } from "../../../lib/adapters/dynamodb/subject-keys.ts";
import { createKmsClient } from "../../../lib/adapters/kms/client.ts";
import {
  createKeyDestroyer,
  createKeyUnwrapper,
  createOwnKeyMaker,
  createSharedKeyMaker,
  emptyKeyCatalogue,
} from "../../../lib/adapters/kms/key-service.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import { subjectKeyTable } from "../../../lib/core/system/tables.ts";
import { createTables } from "../../../local/create-tables.ts";
import { startEngine } from "../../../local/engine.ts";
import { startKms } from "../../../local/kms.ts";
import { createKeyWorld, type KeyWorld, openOne, sealOne, slowTime } from "../../key-world.ts";
import { meteredClient } from "../dynamodb/metered-client.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  vi.unstubAllEnvs();
});

const table = subjectKeyTable.name;

/** A machine whose table lives in files that can be copied, and a KMS that is not among them. */
const build = async (mode: "per-user" | "shared") => {
  const home = await mkdtemp(join(tmpdir(), "everfold-restore-"));
  cleanups.push(() => rm(home, { recursive: true }));
  const data = join(home, "data");
  const backup = join(home, "backup");
  await mkdir(data);
  const local = await startKms({ dataDir: join(home, "kms") });
  cleanups.push(() => local.stop());
  vi.stubEnv("AWS_ENDPOINT_URL_KMS", local.url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  const kms = createKmsClient();
  cleanups.push(async () => kms.destroy());
  const own = createOwnKeyMaker(kms, "test");
  const maker =
    mode === "per-user" ? own : createSharedKeyMaker(kms, (await own.create("none")).keyId);

  /** Works on the table as it is in the files, and leaves them at rest. */
  const withTable = async <T>(work: (world: KeyWorld) => Promise<T>): Promise<T> => {
    const engine = await startEngine({ dbPath: join(data, "engine.db") });
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", engine.url);
    const documents = createDocumentClient();
    const client = meteredClient(documents);
    try {
      await createTables(documents, [subjectKeyTable]);
      const rows = {
        ...createSubjectKeyRows(client, table),
        ...createDataKeyRows(client, table),
      };
      const keys = {
        ...maker,
        ...createKeyUnwrapper(kms),
        ...createKeyDestroyer(kms),
        ...emptyKeyCatalogue,
      };
      return await work(createKeyWorld(rows, keys, slowTime));
    } finally {
      documents.destroy();
      await engine.stop();
    }
  };
  return {
    withTable,
    backUp: () => cp(data, backup, { recursive: true }),
    restore: async () => {
      await rm(data, { recursive: true });
      await cp(backup, data, { recursive: true });
    },
  };
};

/** Seals for Ada, backs up, erases Ada and restores; tells what a reader, and a writer, then get. */
const eraseAndRestore = async (mode: "per-user" | "shared") => {
  const { withTable, backUp, restore } = await build(mode);
  const sealed = await withTable((world) => sealOne(world.start().sealer, "ada", "Ada"));
  await backUp();
  const erased = await withTable(async (world) => {
    await world.start().erase("ada");
    return openOne(world.start().opener, sealed);
  });
  expect(erased).toBe("erased");
  await restore();
  return withTable(async (world) => {
    const row = await world.rows.find("ada");
    const read = await openOne(world.start().opener, sealed);
    const write = await sealOne(world.start().sealer, "ada", "again").then(
      () => "sealed",
      (error: unknown) => (error instanceof Refusal ? error.kind : error),
    );
    await world.start().erase("ada");
    const again = await openOne(world.start().opener, sealed);
    return { state: row?.state, read, write, again };
  });
};

describe("a backup of the key table from before an erasure, restored", () => {
  it("brings no value back where each user has a key, for the key is gone from KMS", async () => {
    expect(await eraseAndRestore("per-user")).toEqual({
      state: "ready",
      read: "erased",
      write: "unavailable",
      again: "erased",
    });
  });

  it("brings the values back in shared mode, until the erasure is done again", async () => {
    expect(await eraseAndRestore("shared")).toEqual({
      state: "ready",
      read: "Ada",
      write: "sealed",
      again: "erased",
    });
  });
});
