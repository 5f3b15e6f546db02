import { describe, expect, test } from "vitest";
import { type Caller, mayCommand, mayRead, type Subject } from "../../../lib/core/domain/access.ts";

const callerNamed = (sub: string, groups: Partial<Caller> = {}): Caller => ({
  sub,
  admin: false,
  auditor: false,
  ...groups,
});
const ann = callerNamed("ann");
const ben = callerNamed("ben");
const admin = callerNamed("adam", { admin: true });
const auditor = callerNamed("aud", { auditor: true });

const hers: Subject = { owner: "ann", parties: { driver: "ben", rider: undefined } };
const nobodys: Subject = { owner: undefined, parties: { driver: undefined } };
const ownerless: Subject = { owner: undefined, parties: { driver: "ben" } };

describe("who may run a command", () => {
  test.each([
    ["anyone: everybody with a token", ["anyone"], ben, hers, true],
    ["the owner: she", ["owner"], ann, hers, true],
    ["the owner: nobody else", ["owner"], ben, hers, false],
    ["the owner: everybody, while the stream does not exist", ["owner"], ben, nobodys, true],
    ["a party: the user that the state names", ["driver"], ben, hers, true],
    ["a party: not the owner", ["driver"], ann, hers, false],
    ["a party: nobody while there is none", ["rider"], ann, hers, false],
    ["a party: everybody, while the stream does not exist", ["driver"], ben, nobodys, true],
    ["a party: nobody else, though the stream has no owner", ["driver"], ann, ownerless, false],
    ["admins only: nobody else, while the stream does not exist", ["admin"], ben, nobodys, false],
    ["one of several roles is enough", ["owner", "driver"], ben, hers, true],
    ["no role: nobody", [], ann, hers, false],
    ["admins only: not the owner", ["admin"], ann, hers, false],
    ["admins only: an admin", ["admin"], admin, hers, true],
    ["an admin may everything", ["owner"], admin, hers, true],
    ["an admin may even what has no role", [], admin, hers, true],
    ["an auditor may nothing", ["owner"], auditor, hers, false],
    ["words that objects know are no parties", ["constructor", "__proto__"], ann, hers, false],
  ])("%s", (_, roles, caller, subject, expected) => {
    expect(mayCommand(roles, caller, subject)).toBe(expected);
  });

  test("a party called admin makes no admin", () => {
    expect(mayCommand(["admin"], ben, { owner: "ann", parties: { admin: "ben" } })).toBe(false);
  });
});

describe("who may read", () => {
  test.each([
    ["the owner", ann, true],
    ["a stranger", ben, false],
    ["an auditor", auditor, true],
    ["an admin", admin, true],
  ])("%s", (_, caller, expected) => {
    expect(mayRead(["owner"], caller, hers)).toBe(expected);
  });
});
