import { inspect } from "node:util";
import {
  CreateKeyCommand,
  DecryptCommand,
  DependencyTimeoutException,
  DescribeKeyCommand,
  DisabledException,
  DisableKeyCommand,
  GenerateDataKeyCommand,
  InvalidCiphertextException,
  KMSClient,
  KMSInternalException,
  KMSInvalidStateException,
  KMSServiceException,
  LimitExceededException,
  ListKeysCommand,
  ListResourceTagsCommand,
  NotFoundException,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createKmsClient } from "../../../lib/adapters/kms/client.ts";
import {
  createKeyCatalogue,
  createKeyDestroyer,
  createKeyUnwrapper,
  createOwnKeyMaker,
  createSharedKeyMaker,
  emptyKeyCatalogue,
} from "../../../lib/adapters/kms/key-service.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import {
  isTrouble,
  KeyServiceError,
  keyPurpose,
  keyTags,
} from "../../../lib/core/personal/key-service.ts";
import { createKeyWorld, openOne, sealOne } from "../../key-world.ts";
import { createMemoryRows } from "../../memory-keys.ts";

const kms = mockClient(KMSClient);
const client = new KMSClient({ region: "us-east-1" });

beforeEach(() => kms.reset());
afterAll(() => kms.restore());

const said = (message: string) => ({ message, $metadata: { httpStatusCode: 400 } });
const pending = "arn:aws:kms:us-east-1:000000000000:key/k1 is pending deletion.";

/** Errors that every service may answer with have no class of their own in the client. */
const common = (name: string, message: string) =>
  new KMSServiceException({ name, $fault: "client", ...said(message) });

const errors = {
  throttled: common("ThrottlingException", "Rate exceeded"),
  exhausted: new LimitExceededException(said("The limit of keys is reached")),
  absent: new NotFoundException(said("Key k1 does not exist")),
  denied: common("AccessDeniedException", "User is not authorized to perform this action"),
  disabled: new DisabledException(said("k1 is disabled.")),
  "doomed, says one call": new KMSInvalidStateException(said(pending)),
  "doomed, says another": new DisabledException(said(pending)),
  "not-ready": new KMSInvalidStateException(said("k1 is creating.")),
  "unclear, inside": new KMSInternalException({ message: "", $metadata: { httpStatusCode: 500 } }),
  "unclear, late": new DependencyTimeoutException({
    message: "",
    $metadata: { httpStatusCode: 503 },
  }),
  "unclear, silent": Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }),
  "unclear, too slow": Object.assign(new Error("No answer"), { name: "TimeoutError" }),
};

/** A world over the mocked client in which a new key can be made, used and destroyed. */
const build = () => {
  kms.on(CreateKeyCommand).resolves({ KeyMetadata: { KeyId: "k1" } });
  const Plaintext = () => new Uint8Array(32).fill(7);
  kms
    .on(GenerateDataKeyCommand)
    .callsFake(() => ({ Plaintext: Plaintext(), CiphertextBlob: Uint8Array.of(1) }));
  kms.on(DecryptCommand).callsFake(() => ({ Plaintext: Plaintext() }));
  kms.on(DisableKeyCommand).resolves({});
  const rows = createMemoryRows();
  const world = createKeyWorld(rows, {
    ...createOwnKeyMaker(client, "dev"),
    ...createKeyUnwrapper(client),
    ...createKeyDestroyer(client),
    ...createKeyCatalogue(client, "dev"),
  });
  return { world, rows };
};

const refusal = async (work: Promise<unknown>): Promise<unknown> => {
  const error = await work.then(
    () => "done",
    (reason: unknown) => reason,
  );
  return error instanceof Refusal ? { kind: error.kind, ...error.facts } : error;
};

describe("the client", () => {
  it("tries once, for a repeated CreateKey would make two keys", async () => {
    expect(await createKmsClient().config.maxAttempts()).toBe(1);
  });
});

describe("what KMS refuses", () => {
  it.each(Object.entries(errors))("is understood when a key is %s", async (name, error) => {
    kms.on(GenerateDataKeyCommand).rejects(error);
    const trouble = name.replace(/,.*/, "");
    const thrown: unknown = await createOwnKeyMaker(client, "dev")
      .generate("k1", "ada")
      .catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(KeyServiceError);
    expect(thrown).toMatchObject({ trouble });
  });

  it("is a fault when it is none of these, and never carries the request", async () => {
    const error = new InvalidCiphertextException(said(""));
    const request = { headers: { "x-amz-security-token": "secret" } };
    kms.on(DecryptCommand).rejects(Object.assign(error, { $response: { request } }));
    const thrown: unknown = await createKeyUnwrapper(client)
      .unwrap("k1", "ada", Uint8Array.of(1))
      .catch((reason: unknown) => reason);
    expect(thrown).toBeInstanceOf(Error);
    expect(isTrouble(thrown, "absent", "denied", "unclear", "not-ready")).toBe(false);
    expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain("secret");
  });
});

describe("making a user's key", () => {
  it("tags it with stage, purpose and claim, and nothing personal", async () => {
    const { world, rows } = build();
    await sealOne(world.start().sealer, "ada", "Ada");
    const [call, ...others] = kms.commandCalls(CreateKeyCommand);
    const claim = rows.subjects.get("ada");
    expect(others).toEqual([]);
    expect(call?.args[0].input.Tags).toEqual([
      { TagKey: keyTags.stage, TagValue: "dev" },
      { TagKey: keyTags.purpose, TagValue: keyPurpose },
      { TagKey: keyTags.claim, TagValue: claim && "claim" in claim ? claim.claim : "" },
    ]);
    expect(JSON.stringify(call?.args[0].input)).not.toMatch(/ada/i);
  });

  it("is refused with 60 s to wait when the account has its limit of keys", async () => {
    const { world, rows } = build();
    kms.on(CreateKeyCommand).rejects(errors.exhausted);
    expect(await refusal(sealOne(world.start().sealer, "ada", "Ada"))).toEqual({
      kind: "unavailable",
      retryAfter: 60,
    });
    expect(rows.subjects.size).toBe(0);
    expect(kms.commandCalls(CreateKeyCommand)).toHaveLength(1);
  });

  it("is repeated after throttling, within bounds", async () => {
    const { world } = build();
    kms
      .on(CreateKeyCommand)
      .rejectsOnce(errors.throttled)
      .resolves({ KeyMetadata: { KeyId: "k1" } });
    await sealOne(world.start().sealer, "ada", "Ada");
    kms.on(CreateKeyCommand).rejects(errors.throttled);
    expect(await refusal(sealOne(world.start().sealer, "bob", "Bob"))).toEqual({
      kind: "unavailable",
      retryAfter: 2,
    });
    expect(kms.commandCalls(CreateKeyCommand).length).toBeLessThan(30);
  });
});

describe("sealing", () => {
  it.each(["absent", "denied", "not-ready", "throttled", "unclear, silent"] as const)(
    "waits while a key that was made just now is %s",
    async (trouble) => {
      const { world } = build();
      kms
        .on(GenerateDataKeyCommand)
        .rejectsOnce(errors[trouble])
        .rejectsOnce(errors[trouble])
        .resolves({ Plaintext: new Uint8Array(32).fill(7), CiphertextBlob: Uint8Array.of(1) });
      const sealed = await sealOne(world.start().sealer, "ada", "Ada");
      expect(await openOne(world.start().opener, sealed)).toBe("Ada");
      expect(kms.commandCalls(GenerateDataKeyCommand)).toHaveLength(3);
    },
  );

  it.each([
    ["absent", 2],
    ["denied", 60],
    ["not-ready", 2],
    ["throttled", 2],
    ["disabled", 60],
    ["doomed, says one call", 60],
  ] as const)("is refused as unavailable when the key stays %s", async (trouble, retryAfter) => {
    const { world } = build();
    kms.on(GenerateDataKeyCommand).rejects(errors[trouble]);
    expect(await refusal(sealOne(world.start().sealer, "ada", "Ada"))).toEqual({
      kind: "unavailable",
      retryAfter,
    });
    expect(kms.commandCalls(GenerateDataKeyCommand).length).toBeLessThan(30);
  });

  it("does not wait for an old key that is absent or denied", async () => {
    const { world } = build();
    await sealOne(world.start().sealer, "ada", "Ada");
    world.advance(10 * 60_000);
    kms.resetHistory();
    kms.on(GenerateDataKeyCommand).rejects(errors.denied);
    await refusal(sealOne(world.start().sealer, "ada", "Ada"));
    expect(kms.commandCalls(GenerateDataKeyCommand)).toHaveLength(1);
  });

  it("uses the one key for all in shared mode, bound to the user", async () => {
    build();
    const maker = createSharedKeyMaker(client, "shared");
    expect(await maker.create("2030_a")).toEqual({ keyId: "shared", own: false });
    expect(kms.commandCalls(CreateKeyCommand)).toHaveLength(0);
    await maker.generate("shared", "ada");
    expect(kms.commandCalls(GenerateDataKeyCommand)[0]?.args[0].input).toEqual({
      KeyId: "shared",
      KeySpec: "AES_256",
      EncryptionContext: { user: "ada" },
    });
  });
});

describe("opening", () => {
  it("names key and user", async () => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    await openOne(world.start().opener, sealed);
    expect(kms.commandCalls(DecryptCommand)[0]?.args[0].input).toEqual({
      KeyId: "k1",
      CiphertextBlob: Uint8Array.of(1),
      EncryptionContext: { user: "ada" },
    });
  });

  it.each([
    ["denied", { kind: "unavailable", retryAfter: 60 }],
    ["throttled", { kind: "unavailable", retryAfter: 2 }],
    ["disabled", { kind: "unavailable", retryAfter: 60 }],
    ["doomed, says one call", "done"],
    ["doomed, says another", "done"],
    ["absent", "done"],
  ] as const)("of a key that is %s ends as it should", async (trouble, outcome) => {
    const { world } = build();
    const sealed = await sealOne(world.start().sealer, "ada", "Ada");
    world.advance(10 * 60_000);
    kms.on(DecryptCommand).rejects(errors[trouble]);
    const { opener } = world.start();
    expect(await refusal(openOne(opener, sealed))).toEqual(outcome);
    if (outcome === "done") expect(await openOne(opener, sealed)).toBe("erased");
  });
});

describe("erasing", () => {
  const at = new Date("2030-01-08T00:00:00.000Z");

  it("disables the key and schedules its deletion 7 days ahead", async () => {
    const { world } = build();
    kms.on(ScheduleKeyDeletionCommand).resolves({ DeletionDate: at });
    await sealOne(world.start().sealer, "ada", "Ada");
    expect((await world.start().erase("ada")).keyDestroyedAt).toBe(at.toISOString());
    expect(kms.commandCalls(DisableKeyCommand)).toHaveLength(1);
    expect(kms.commandCalls(ScheduleKeyDeletionCommand)[0]?.args[0].input).toEqual({
      KeyId: "k1",
      PendingWindowInDays: 7,
    });
  });

  it("takes the date of a deletion that was scheduled before", async () => {
    const { world } = build();
    kms.on(DisableKeyCommand).rejects(errors["doomed, says one call"]);
    kms.on(ScheduleKeyDeletionCommand).rejects(errors["doomed, says one call"]);
    kms.on(DescribeKeyCommand).resolves({ KeyMetadata: { KeyId: "k1", DeletionDate: at } });
    await sealOne(world.start().sealer, "ada", "Ada");
    expect((await world.start().erase("ada")).keyDestroyedAt).toBe(at.toISOString());
  });

  it("stays open, with the tombstone standing, while KMS denies it", async () => {
    const { world, rows } = build();
    kms.on(ScheduleKeyDeletionCommand).resolves({ DeletionDate: at });
    await sealOne(world.start().sealer, "ada", "Ada");
    kms.on(DisableKeyCommand).rejects(errors.denied);
    expect(await refusal(world.start().erase("ada"))).toMatchObject({ kind: "unavailable" });
    expect(rows.subjects.get("ada")).not.toHaveProperty("destroyedAt");
    expect(await rows.openErasures(10)).toEqual(["ada"]);
    kms.on(DisableKeyCommand).resolves({});
    kms.on(ListKeysCommand).resolves({ Keys: [] });
    expect(await world.start().sweep()).toMatchObject({ erased: 1, failures: [] });
    expect(rows.subjects.get("ada")).toHaveProperty("destroyedAt", at.toISOString());
  });

  it("does not take a new key that KMS does not know yet for a destroyed one", async () => {
    const { world, rows } = build();
    await sealOne(world.start().sealer, "ada", "Ada");
    kms.on(DisableKeyCommand).rejects(errors.absent);
    expect(await refusal(world.start().erase("ada"))).toMatchObject({ kind: "unavailable" });
    expect(await rows.openErasures(10)).toEqual(["ada"]);
    world.advance(10 * 60_000);
    await world.start().erase("ada");
    expect(await rows.openErasures(10)).toEqual([]);
  });
});

describe("the catalogue", () => {
  it("lists all keys of the account, page by page", async () => {
    kms
      .on(ListKeysCommand, { Limit: 1000 })
      .resolves({ Keys: [{ KeyId: "a" }, { KeyId: "b" }], Truncated: true, NextMarker: "m" })
      .on(ListKeysCommand, { Limit: 1000, Marker: "m" })
      .resolves({ Keys: [{ KeyId: "c" }], Truncated: false });
    const pages: (readonly string[])[] = [];
    for await (const page of createKeyCatalogue(client, "dev").keys()) pages.push(page);
    expect(pages).toEqual([["a", "b"], ["c"]]);
  });

  it("knows the claim of this stage's keys only", async () => {
    const { claimOf } = createKeyCatalogue(client, "dev");
    const tags = (stage: string, purpose: string) => ({
      Tags: [
        { TagKey: keyTags.stage, TagValue: stage },
        { TagKey: keyTags.purpose, TagValue: purpose },
        { TagKey: keyTags.claim, TagValue: "2030_a" },
      ],
    });
    kms
      .on(ListResourceTagsCommand)
      .resolvesOnce(tags("dev", keyPurpose))
      .resolvesOnce(tags("prod", keyPurpose))
      .resolvesOnce(tags("dev", "other"))
      .resolvesOnce({})
      .rejectsOnce(errors.denied)
      .rejectsOnce(errors.absent)
      .rejectsOnce(errors.throttled);
    expect(await claimOf("k")).toBe("2030_a");
    for (let other = 0; other < 5; other++) expect(await claimOf("k")).toBeUndefined();
    await expect(claimOf("k")).rejects.toThrow(KeyServiceError);
  });

  it("is empty in shared mode", async () => {
    for await (const page of emptyKeyCatalogue.keys()) expect(page).toEqual([]);
    expect(await emptyKeyCatalogue.claimOf("k")).toBeUndefined();
    expect(kms.calls()).toHaveLength(0);
  });
});
