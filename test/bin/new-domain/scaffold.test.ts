import { describe, expect, test } from "vitest";
import { newFiles, registered, whyNot } from "../../../bin/new-domain/scaffold.ts";
import { register } from "../../../lib/core/domain/registry.ts";
import account from "../../../lib/domains/account/index.ts";
import ride from "../../../lib/domains/ride/index.ts";

const parcel = { name: "parcel", collection: "parcels" };
const index = `import { register } from "../core/registry.ts";
import account from "./account/index.ts";
import ride from "./ride/index.ts";

export const registry = register([account, ride]);
`;
// Whoever runs this may have domains of any name.
const registry = register([account, ride]);

describe("the files of a new domain", () => {
  test("stand where those of the others do, and each has its test", () => {
    expect(newFiles(parcel).map(({ path }) => path)).toEqual([
      "lib/domains/parcel/parcel.ts",
      "lib/domains/parcel/counts.ts",
      "lib/domains/parcel/index.ts",
      "test/domains/parcel/parcel.test.ts",
      "test/domains/parcel/counts.test.ts",
      "test/domains/parcel/index.test.ts",
      "test/views/parcel/examples.json",
    ]);
  });

  test("call it by its name, and leave no gap in the templates", () => {
    const text = newFiles({ name: "invoice", collection: "invoice-papers" })
      .map((file) => file.text)
      .join("");
    expect(text).toContain("InvoiceCreated:");
    expect(text).toContain('collection: "invoice-papers"');
    expect(text).toContain("an invoice");
    expect(text).not.toMatch(/\$[a-zA-Z]/);
    expect(text).not.toMatch(/\ba invoice\b/);
  });
});

describe("the registry", () => {
  test("gets one import and one entry more", () => {
    const text = registered(index, parcel);
    expect(text).toContain('import parcel from "./parcel/index.ts";\n');
    expect(text).toContain("register([account, parcel, ride]);");
    expect(text).toHaveLength(
      index.length + 'import parcel from "./parcel/index.ts";\nparcel, '.length,
    );
  });

  test("may be empty before", () => {
    const empty =
      'import { register } from "../core/registry.ts";\n\nexport const registry = register([]);\n';
    expect(registered(empty, parcel)).toContain("register([parcel])");
  });

  test("that looks otherwise is left to people", () => {
    expect(() => registered("export const registry = all;", parcel)).toThrow("by hand");
  });
});

describe("a name", () => {
  test.each([
    ["parcel", "parcels"],
    ["delivery", "deliveries"],
    ["b2", "b2b-orders"],
  ])("%s, %s is taken as it is", (name, collection) => {
    expect(whyNot(registry, { name, collection })).toBeUndefined();
  });

  test.each([
    ["Parcel", "parcels", "lower-case"],
    ["p", "ps", "lower-case"],
    ["par-cel", "parcels", "lower-case"],
    ["2fast", "fasts", "lower-case"],
    ["parcel", "Parcels", "lower-case"],
    ["parcel", "parcels/all", "lower-case"],
    ["sheep", "sheep", "different names"],
    ["class", "classes", "means something else"],
    ["await", "awaits", "means something else"],
    ["types", "typeses", "means something else"],
    ["event", "events", "means something else"],
    ["state", "states", "means something else"],
    ["error", "errors", "means something else"],
    ["counts", "countses", "means something else"],
    ["account", "bank-accounts", "already"],
    ["saving", "accounts", "already"],
    ["saving", "people", "already"],
    ["saving", "views", "already"],
    ["saving", "local", "already"],
  ])("%s, %s is refused: %s", (name, collection, why) => {
    expect(whyNot(registry, { name, collection })).toContain(why);
  });
});
