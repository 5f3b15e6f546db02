import { describe, expect, test } from "vitest";
import { toProblem } from "../../../lambdas/http/problem.ts";
import { Refusal, type RefusalKind } from "../../../lib/core/errors.ts";

const statuses: Readonly<Record<RefusalKind, number>> = {
  "bad-input": 400,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  gone: 410,
  "precondition-failed": 412,
  "too-large": 413,
  "unsupported-media": 415,
  rejected: 422,
  unavailable: 503,
};

describe("a refusal", () => {
  test.each(Object.entries(statuses))("of kind %s becomes status %i", (kind, status) => {
    const { body, ...answer } = toProblem(new Refusal(kind as RefusalKind, "So it is."), "r-1");
    expect(answer).toEqual({ status, headers: { "content-type": "application/problem+json" } });
    expect(body).toEqual({
      type: `urn:everfold:problem:${kind}`,
      title: expect.any(String),
      status,
      detail: "So it is.",
      requestId: "r-1",
    });
  });

  test("tells its code, which is its type too", () => {
    const { body } = toProblem(new Refusal("rejected", "No.", { code: "cart-empty" }), "r-1");
    expect(body).toMatchObject({ code: "cart-empty", type: "urn:everfold:problem:cart-empty" });
  });

  test("tells the fields that did not fit", () => {
    const errors = [{ field: "amount", reason: "is too small" }];
    expect(toProblem(new Refusal("bad-input", "No.", { errors }), "r-1").body).toMatchObject({
      errors,
    });
  });

  test("tells in a header when a repeat has a chance, and there only", () => {
    const { headers, body } = toProblem(new Refusal("conflict", "No.", { retryAfter: 2 }), "r-1");
    expect(headers).toMatchObject({ "retry-after": "2" });
    expect(body).not.toHaveProperty("retryAfter");
  });
});

describe("a fault", () => {
  test.each([
    ["an error", new Error("the table of Ann Smith is broken")],
    ["anything else", "Ann Smith"],
    ["nothing", undefined],
  ])("is told as no more than the request's id: %s", (_, fault) => {
    const answer = toProblem(fault, "r-1");
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ type: "about:blank", status: 500, requestId: "r-1" });
    expect(JSON.stringify(answer)).not.toContain("Smith");
  });
});
