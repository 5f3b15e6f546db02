import { describe, expect, test } from "vitest";
import { personOf } from "../../../lambdas/http/person.ts";
import { httpEvent } from "./event.ts";

const asking = (sub: string, person: string, groups = "[]") =>
  personOf(httpEvent({ claims: { sub, "cognito:groups": groups }, parameters: { sub: person } }));

describe("what concerns a person", () => {
  test("is for that person, whatever their name looks like", () => {
    expect(asking("auth0|ann", "auth0|ann")).toBe("auth0|ann");
  });

  test("is for admins", () => {
    expect(asking("root", "ann", "[admin]")).toBe("ann");
  });

  test.each([
    ["anyone else", "ben", "[]"],
    ["auditors", "aud", "[auditor]"],
  ])("is not for %s", (_, sub, groups) => {
    expect(() => asking(sub, "ann", groups)).toThrow("Only the person, or an admin, may do this.");
  });
});
