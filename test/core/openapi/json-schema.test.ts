import { expect, test } from "vitest";
import * as classic from "zod";
import * as z from "zod/mini";
import { fieldSchemas, jsonSchema } from "../../../lib/core/openapi/json-schema.ts";
import { personal } from "../../../lib/core/personal/personal.ts";

const shape = z.strictObject({
  name: personal(z.string().check(z.maxLength(9)), "rider"),
  age: z._default(z.int(), 1),
});

test("a personal field is described by the value in clear, and says whose it is", () => {
  expect(jsonSchema(shape, "stored").properties).toMatchObject({
    name: { type: "string", maxLength: 9, "x-personal": "rider" },
  });
});

test("in an answer a personal field may be null, for its owner may have been erased", () => {
  expect(jsonSchema(shape, "answer").properties).toMatchObject({
    name: { anyOf: [{ type: "string", maxLength: 9 }, { type: "null" }], "x-personal": "rider" },
  });
});

test("a request may leave out what has a default; what is stored has it", () => {
  expect(jsonSchema(shape, "request").required).toEqual(["name"]);
  expect(jsonSchema(shape, "stored").required).toEqual(["name", "age"]);
});

test("a shape of classic zod is described in the same words", () => {
  const same = classic.strictObject({
    name: personal(classic.string().max(9), "rider"),
    age: classic.int().default(1),
  });
  for (const use of ["request", "answer", "stored"] as const)
    expect(jsonSchema(same, use)).toEqual(jsonSchema(shape, use));
});

test("the fields of an object tell whether they must be there", () => {
  const parameters = z.strictObject({ user: z.string(), from: z.optional(z.string()) });
  expect(fieldSchemas(parameters, "request")).toEqual([
    { name: "user", schema: { type: "string" }, required: true },
    { name: "from", schema: { type: "string" }, required: false },
  ]);
});
