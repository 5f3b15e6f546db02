import { describe, expect, it } from "vitest";
import { isTrouble, KeyServiceError } from "../../../lib/core/personal/key-service.ts";

describe("the key service's refusal", () => {
  const refusal = new KeyServiceError(
    "doomed",
    "KMSInvalidStateException: k1 is pending deletion.",
  );

  it("tells what the service said", () => {
    expect(refusal.message).toBe(
      "The key service refused (doomed): KMSInvalidStateException: k1 is pending deletion.",
    );
    expect(refusal.cause).toBeUndefined();
  });

  it("is told apart by its trouble, and from any other error", () => {
    expect(isTrouble(refusal, "absent", "doomed")).toBe(true);
    expect(isTrouble(refusal, "absent", "denied")).toBe(false);
    expect(isTrouble(Object.assign(new Error(), { trouble: "doomed" }), "doomed")).toBe(false);
  });
});
