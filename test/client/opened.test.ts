import { expect, test } from "vitest";
import * as z from "zod/mini";
import { openedDocument, readOpened } from "../../lib/client/opened.ts";
import { messages } from "../../lib/core/domain/message.ts";
import { Personal, personal, personalValues } from "../../lib/core/personal/personal.ts";

const Event = messages({
  Moved: {
    to: z.strictObject({ street: personal(z.string()), city: z.string() }),
    guests: z.array(z.strictObject({ name: personal(z.string()) })),
    phone: z.optional(personal(z.string())),
    flat: z.nullable(z.string()),
  },
});
const moved = {
  to: { street: "Elm St", city: "Rome" },
  guests: [{ name: "Bo" }, { name: "Cy" }],
  flat: null,
};
const shown = (data: unknown) => openedDocument(Object(readOpened(Event, { type: "Moved", data })));

test("an event as an answer carries it is known to the domain, and can be shown as it was", () => {
  const data = readOpened(Event, { type: "Moved", data: moved });
  expect(personalValues(data)).toHaveLength(3);
  expect(openedDocument(Object(data))).toEqual(moved);
});

test("a personal value that was erased stands as null, and the document says so", () => {
  const erased = { ...moved, to: { street: null, city: "Rome" }, guests: [{ name: null }] };
  expect(shown(erased)).toEqual({ ...erased, erased: true });
  expect(shown({ ...moved, phone: null })).toMatchObject({ phone: null, erased: true });
});

test("a null that means nothing personal stays what it is", () => {
  expect(shown(moved)).toMatchObject({ flat: null });
  expect(shown(moved)).not.toHaveProperty("erased");
});

test("data that does not fit is refused", () => {
  expect(() => shown({ ...moved, to: { street: "Elm St", city: null } })).toThrow();
  expect(() => shown({ ...moved, flat: 7 })).toThrow();
  expect(() => readOpened(Event, { type: "Flown", data: moved })).toThrow("Flown");
});

test("what is absent does not appear", () => {
  const document = openedDocument({ id: "1", memo: undefined, name: Personal.clear("Al") });
  expect(Object.keys(document)).toEqual(["id", "name"]);
  expect(document).toEqual({ id: "1", name: "Al" });
});
