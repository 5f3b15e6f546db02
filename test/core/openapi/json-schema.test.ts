import { expect, test } from "vitest";
import * as z from "zod";
import { fieldSchemas, jsonSchema } from "../../../lib/core/openapi/json-schema.ts";
import { personal } from "../../../lib/core/personal/personal.ts";

const shape = z.strictObject({
  name: personal(z.string().max(9), "rider"),
  age: z.int().default(1),
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

test("the fields of an object tell whether they must be there", () => {
  const parameters = z.strictObject({ user: z.string(), from: z.string().optional() });
  expect(fieldSchemas(parameters, "request")).toEqual([
    { name: "user", schema: { type: "string" }, required: true },
    { name: "from", schema: { type: "string" }, required: false },
  ]);
});
