import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isRejection } from "../../../lib/core/domain/decider.ts";
import { deltaBetween } from "../../../lib/domains/document/delta.ts";
import { Command, document, Event, State } from "../../../lib/domains/document/document.ts";
import { storiesOf } from "../../given.ts";
import { body } from "./bodies.ts";

const time = "2026-11-01T12:00:00.000Z";
const given = storiesOf(document, { id: "d1", actor: "ann", time });

const created = (title = "Plan", text = "one\n") =>
  Event.DocumentCreated({ author: "ann", title, body: text });
const edited = (from: string, to: string, message?: string) =>
  Event.DocumentEdited({ delta: deltaBetween(from, to), message });
const renamed = (title: string) => Event.DocumentRenamed({ title });

const create = Command.Create({ title: "Plan", body: "one\n" });
const edit = (text: string, message?: string) => Command.Edit({ body: text, message });
const rename = (title: string) => Command.Rename({ title });
const revert = (to: number) => Command.Revert({ to });

describe("creating a document", () => {
  test("makes the caller its author", () => {
    given().when(create).gives(created()).leaves({
      author: "ann",
      title: "Plan",
      body: "one\n",
      createdAt: time,
      updatedAt: time,
    });
  });

  test("is safe to repeat with the same title and body", () => {
    given(created()).when(create).changesNothing();
  });

  test("refuses to repeat with another title or body", () => {
    given(created("Plans")).when(create).isRefused("document-already-created");
    given(created("Plan", "two\n")).when(create).isRefused("document-already-created");
    given(created(), edited("one\n", "two\n")).when(create).isRefused("document-already-created");
  });

  test("refuses a document that somebody else has created", () => {
    given(created()).when(create, { actor: "root" }).isRefused("document-already-created");
  });
});

describe("editing a document", () => {
  test("keeps what changed, and what it was about", () => {
    given(created())
      .when(edit("one\ntwo\n", "More"))
      .gives(edited("one\n", "one\ntwo\n", "More"))
      .leaves({ title: "Plan", body: "one\ntwo\n" });
  });

  test("of a long document keeps a patch, not the whole", () => {
    const long = "x".repeat(100).concat("\n").repeat(100);
    const decided = document.decide(edit(`${long}more\n`), given(created("Plan", long)).state, {
      id: "d1",
      actor: "ann",
      time,
      version: 1,
    });
    expect(JSON.stringify(decided).length).toBeLessThan(300);
  });

  test("changes nothing where the body is the same, whatever the message", () => {
    given(created()).when(edit("one\n", "Nothing")).changesNothing();
  });

  test("may empty a document, and fill an empty one", () => {
    given(created()).when(edit("")).leaves({ body: "" });
    given(created("Plan", "")).when(edit("one\n")).leaves({ body: "one\n" });
  });

  test("refuses a document that was never created", () => {
    given().when(edit("two\n")).isRefused("document-not-created");
  });
});

describe("renaming a document", () => {
  test("changes its title and nothing else", () => {
    given(created())
      .when(rename("Map"))
      .gives(renamed("Map"))
      .leaves({ title: "Map", body: "one\n" });
  });

  test("is safe to repeat", () => {
    given(created(), renamed("Map")).when(rename("Map")).changesNothing();
  });

  test("refuses a document that was never created", () => {
    given().when(rename("Map")).isRefused("document-not-created");
  });
});

describe("reverting a document", () => {
  const history = [created(), edited("one\n", "two\n"), renamed("Map")] as const;
  const past = given(created()).state;

  test("brings back title and body of an earlier version", () => {
    given(...history)
      .when(revert(1), { past })
      .gives(
        Event.DocumentReverted({ to: 1, title: "Plan", delta: deltaBetween("two\n", "one\n") }),
      )
      .leaves({ title: "Plan", body: "one\n" });
  });

  test("is safe to repeat: there is nothing left to change", () => {
    const undone = Event.DocumentReverted({
      to: 1,
      title: "Plan",
      delta: deltaBetween("two\n", "one\n"),
    });
    given(...history, undone)
      .when(revert(1), { past })
      .changesNothing();
  });

  test("to the version that stands changes nothing", () => {
    given(...history)
      .when(revert(3), { past: given(...history).state })
      .changesNothing();
  });

  test("keeps when the document was created, and by whom", () => {
    given(...history)
      .when(revert(1), { past, time: "2026-11-02T00:00:00.000Z" })
      .leaves({ author: "ann", createdAt: time });
  });

  test("refuses a version that there is not", () => {
    given(...history)
      .when(revert(4))
      .isRefused("version-unknown");
  });

  test("refuses a document that was never created", () => {
    given().when(revert(1)).isRefused("document-not-created");
  });
});

describe("a log that cannot be", () => {
  test("is a fault: nothing happens before a document is created", () => {
    expect(() => given(renamed("Map"))).toThrow("DocumentRenamed before DocumentCreated.");
  });

  test("is a fault: a delta follows the body that it was made for", () => {
    const long = "x\n".repeat(100);
    const other = edited(`${long}a\n${long}`, `${long}b\n${long}`);
    expect(() => given(created("Plan", "one\n"), other)).toThrow("does not fit");
  });
});

const deed = fc.oneof(
  fc.record({ type: fc.constant("edit" as const), body }),
  fc.record({ type: fc.constant("rename" as const), title: fc.constantFrom("A", "B", "C") }),
  fc.record({ type: fc.constant("revert" as const), back: fc.nat({ max: 8 }) }),
);

describe("any sequence of commands", () => {
  test("leaves every version as it was, replayed from its deltas", () => {
    fc.assert(
      fc.property(body, fc.array(deed, { maxLength: 12 }), (first, deeds) => {
        const facts = (version: number) => ({ id: "d1", actor: "ann", time, version });
        const log: Event[] = [Event.DocumentCreated({ author: "ann", title: "A", body: first })];
        // What each version was, as plainly as possible.
        const model = [{ title: "A", body: first }];
        const stateAt = (version: number): State =>
          log
            .slice(0, version)
            .reduce<State>(
              (state, event, index) => document.evolve(state, event, facts(index + 1)),
              null,
            );
        for (const each of deeds) {
          const now = model.at(-1) ?? { title: "", body: "" };
          const to = each.type === "revert" ? Math.max(1, log.length - each.back) : 0;
          const wanted = {
            edit: () => ({ ...now, body: each.type === "edit" ? each.body : "" }),
            rename: () => ({ ...now, title: each.type === "rename" ? each.title : "" }),
            revert: () => model[to - 1] ?? now,
          }[each.type]();
          const command = {
            edit: () => edit(wanted.body),
            rename: () => rename(wanted.title),
            revert: () => revert(to),
          }[each.type]();
          const decided = document.decide(command, stateAt(log.length), {
            ...facts(log.length),
            ...(to > 0 ? { past: stateAt(to) } : {}),
          });
          const events = isRejection(decided) ? [] : decided;
          const isSame = wanted.title === now.title && wanted.body === now.body;
          expect(events).toHaveLength(isSame ? 0 : 1);
          log.push(...events);
          if (!isSame) model.push(wanted);
        }
        // Stored and read again, as a log is.
        const stored = log.map(({ type, data }) => Event.read({ type, schema: 1, data }));
        expect(stored).toEqual(log);
        for (const [index, was] of model.entries()) expect(stateAt(index + 1)).toMatchObject(was);
      }),
      { numRuns: 200 },
    );
  });
});

describe("the shape of a command", () => {
  const parses = (type: keyof typeof Command.lineages, data: unknown): boolean =>
    Command.lineages[type].now.safeParse(data).success;
  const kilobytes = 1024;

  test("a body has up to 100 KB of UTF-8", () => {
    const fits = (text: unknown) => parses("Edit", { body: text });
    expect(["", "x".repeat(100 * kilobytes), "é".repeat(50 * kilobytes)].every(fits)).toBe(true);
    const refused = ["x".repeat(100 * kilobytes + 1), "é".repeat(50 * kilobytes + 1), 1, null];
    expect(refused.filter(fits)).toEqual([]);
    expect(parses("Create", { title: "x", body: "x".repeat(100 * kilobytes + 1) })).toBe(false);
  });

  test("a title has 1 to 200 characters", () => {
    const named = (title: unknown) =>
      parses("Rename", { title }) && parses("Create", { title, body: "" });
    expect(["x", "x".repeat(200)].every(named)).toBe(true);
    const refused = ["", "x".repeat(201), 1, null, undefined];
    expect(refused.filter((title) => parses("Rename", { title }))).toEqual([]);
    expect(refused.filter((title) => parses("Create", { title, body: "" }))).toEqual([]);
  });

  test("a message is optional, but not empty and not long", () => {
    const told = (message: unknown) => parses("Edit", { body: "", message });
    expect([undefined, "x", "x".repeat(500)].every(told)).toBe(true);
    expect(["", "x".repeat(501), 1, null].filter(told)).toEqual([]);
  });

  test("a revert names a version, 1 or more", () => {
    const goes = (to: unknown) => parses("Revert", { to });
    expect([1, Number.MAX_SAFE_INTEGER].every(goes)).toBe(true);
    expect([0, -1, 1.5, "1", null, undefined, 2 ** 53].filter(goes)).toEqual([]);
  });

  test.each([
    ["Create", { title: "x", body: "" }],
    ["Edit", { body: "" }],
    ["Rename", { title: "x" }],
    ["Revert", { to: 1 }],
  ] as const)("%s refuses unknown keys", (type, data) => {
    expect(parses(type, data)).toBe(true);
    expect(parses(type, { ...data, extra: 1 })).toBe(false);
  });
});

describe("the state of a document", () => {
  test("is kept in a snapshot as it is", () => {
    const { state } = given(created(), renamed("Map"));
    expect(State.read(State.schema, state)).toEqual(state);
    expect(State.read(State.schema, null)).toBeNull();
  });
});
