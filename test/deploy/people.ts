import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DecryptCommand } from "@aws-sdk/client-kms";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import type { Stage } from "../../bin/demo/stage.ts";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { createKmsClient } from "../../lib/adapters/kms/client.ts";
import { everfold, everfoldJson } from "./everfold.ts";
import { keysOf } from "./inventory.ts";
import type { Proof } from "./proof.ts";
import { until } from "./shell.ts";

const Erasure = z.object({ user: z.string(), erasedAt: z.string(), keyDestroyedAt: z.string() });

const doomedOf = async ({ cloud }: Proof): Promise<readonly string[]> =>
  (await keysOf(cloud, "dev"))
    .filter(({ state }) => state === "PendingDeletion")
    .map(({ id }) => id);

/** The wrapped data keys that a backup of today would hold of a person. */
const backupOf = async ({ dev }: Proof, user: string): Promise<readonly unknown[]> => {
  const client = createDocumentClient();
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: dev.nameOf("SubjectKeysTable", "AWS::DynamoDB::GlobalTable"),
      KeyConditionExpression: "#user = :user",
      ExpressionAttributeNames: { "#user": "user" },
      ExpressionAttributeValues: { ":user": user },
    }),
  );
  client.destroy();
  return Items.flatMap(({ wrapped = [] }) => wrapped);
};

/** What somebody who may do everything makes of a wrapped data key. */
const decrypt = async (wrapped: unknown, user: string) => {
  const client = createKmsClient();
  const CiphertextBlob = z.instanceof(Uint8Array).parse(wrapped);
  try {
    return await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { user } }));
  } finally {
    client.destroy();
  }
};

const rideOf = ({ run }: Stage): string => `ride-${run}`;

/** A person's data handed over, and the person forgotten, by the operator's program. */
export const forgetPerson = (proof: () => Proof, stage: () => Stage): void => {
  test("everything that concerns a person is exported to a file of its owner's", async () => {
    const file = join(process.env.PROOF_FOLDER ?? "", "rita.json");
    await everfold(proof(), `people export ${stage().subOf("rita")} --out ${file}`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, "utf8");
    expect(text).toContain('"pickup": "12 Elm Street"');
    expect(text).toContain(`"stream": "ride-${rideOf(stage())}"`);
  });

  test("erasing them destroys their key, and no other", async () => {
    const { cloud } = proof();
    const keys = await keysOf(cloud, "dev");
    const before = await doomedOf(proof());
    const [copy] = await backupOf(proof(), stage().subOf("rita"));
    expect((await decrypt(copy, stage().subOf("rita"))).Plaintext).toHaveLength(32);
    const erased = await everfoldJson(proof(), `people erase ${stage().subOf("rita")} --yes`);
    const { keyDestroyedAt } = Erasure.parse(erased);
    const days = (Date.parse(keyDestroyedAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6);
    expect(days).toBeLessThan(8);
    const doomed = (await doomedOf(proof())).filter((id) => !before.includes(id));
    expect(doomed).toHaveLength(1);
    expect((await keysOf(cloud, "dev")).length).toBe(keys.length);
    expect(await backupOf(proof(), stage().subOf("rita"))).toEqual([]);
    await expect(decrypt(copy, stage().subOf("rita"))).rejects.toMatchObject({
      name: expect.stringMatching(/^(KMSInvalidState|Disabled)Exception$/),
    });
  });
};

/** What is left of a person who was forgotten a while ago. */
export const rememberPerson = (stage: () => Stage): void => {
  test("their values read as null within a minute or so, and their history has kept its shape", async () => {
    const rita = stage().actor("rita");
    // A function remembers an opened data key for a minute.
    const forgotten = await until("Her ride tells nothing of her", 90, async () => {
      const found = await rita.rides.get(rideOf(stage()));
      return found.pickup === null ? found : undefined;
    });
    expect(forgotten).toMatchObject({ destination: null, erased: true, fare: 4_250 });
    const { items } = await rita.rides.history(rideOf(stage()));
    expect(items.map(({ type }) => type)).toEqual([
      ...["RideBooked", "RideAssigned", "RideStarted", "RideCompleted"],
    ]);
    expect(await rita.rides.integrity(rideOf(stage()))).toMatchObject({ ok: true, version: 4 });
  });
};
