import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deletionDays } from "../../lib/adapters/kms/key-service.ts";
import { keyBounds } from "../../lib/core/personal/claim-key.ts";
import { dataKeyCacheBounds } from "../../lib/core/personal/data-key-cache.ts";
import { keyTags } from "../../lib/core/personal/key-service.ts";
import { sealValue } from "../../lib/core/personal/sealed-value.ts";
import { sweepBounds } from "../../lib/core/personal/sweep.ts";
import { keyFileName } from "../../local/kms.ts";

const text = readFileSync(new URL("../../docs/privacy.md", import.meta.url), "utf8");
const page = text.replaceAll(/\s+/g, " ");
const uuid = "0b54c1a2-3f6e-4d5c-8b7a-9e0f1a2b3c4d";
const dataKey = { id: new Uint8Array(8), plaintext: new Uint8Array(32) };

describe("the page on personal data", () => {
  it.each([
    [
      "how many data keys are in memory",
      `at most ${dataKeyCacheBounds.entriesMax / 1000},000 each`,
    ],
    ["for how long", `for at most ${dataKeyCacheBounds.ageMaxMs / 1000} s`],
    ["when KMS destroys a key", `| ${deletionDays} days | KMS destroys the key`],
    ["when a claim is taken over", `over after ${keyBounds.claimAgeMaxMs / 1000} s`],
    ["when the sweeper looks at it", `older than ${sweepBounds.claimAgeMinMs / 60_000} minutes`],
    ["how long KMS may throttle", `longer than ${keyBounds.totalMs / 1000} s`],
    ["how much a value grows", `by ${sealValue(uuid, dataKey, "x").length - 3} bytes`],
    ["the tags", Object.values(keyTags).join("`, `")],
    ["where local keys are", `\`${keyFileName}\` under the data directory`],
  ])("tells the truth about %s", (_, claim) => {
    expect(page).toContain(claim);
  });
});
