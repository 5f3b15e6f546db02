import { describe, expect, test } from "vitest";
import { busBytes, busBytesMax, busEvents } from "../../../lib/core/bus/bus.ts";
import { noteCommit, notes, titled } from "../notes.ts";

const detailsOf = (commit: Parameters<typeof busEvents>[1]): readonly unknown[] =>
  busEvents(notes, commit).map(({ detail }) => JSON.parse(detail));

describe("a commit on the bus", () => {
  test("becomes one entry an event, in order, each with its own version and all that is known", () => {
    const commit = noteCommit("note-1", 7, [titled("First"), titled("Second")]);
    expect(busEvents(notes, commit)).toMatchObject([
      { stream: "note-1", version: 7, source: "everfold.note", type: "NoteTitled" },
      { stream: "note-1", version: 8, time: "2026-11-01T10:00:00.123Z" },
    ]);
    expect(detailsOf(commit)).toEqual([
      {
        id: "note-1@7",
        stream: "note-1",
        version: 7,
        time: "2026-11-01T10:00:00.123Z",
        actor: "bob",
        owner: "ada",
        correlationId: "request-1",
        causationId: "command-1",
        type: "NoteTitled",
        schema: 2,
        data: { title: "First" },
      },
      expect.objectContaining({ id: "note-1@8", data: { title: "Second" } }),
    ]);
  });

  test("has its events in today's shape, whatever the shape they were stored in", () => {
    const old = { type: "NoteTitled", schema: 1, data: { name: "Old" } };
    expect(detailsOf(noteCommit("note-1", 1, [old]))).toMatchObject([
      { schema: 2, data: { title: "Old" } },
    ]);
  });

  test("keeps personal values sealed, in a shape that no plain value has", () => {
    const data = { author: "ada", text: { lines: [Uint8Array.of(1, 2, 250)] } };
    const commit = noteCommit("note-1", 1, [{ type: "NoteWritten", schema: 1, data }]);
    expect(detailsOf(commit)).toMatchObject([
      { data: { author: "ada", text: { lines: [{ $sealed: "AQL6" }] } } },
    ]);
  });

  test("tells plain binary from sealed values", () => {
    const data = { author: "ada", text: { lines: [] }, picture: Uint8Array.of(1, 2, 250) };
    const commit = noteCommit("note-1", 1, [{ type: "NoteWritten", schema: 1, data }]);
    expect(detailsOf(commit)).toMatchObject([{ data: { picture: { $binary: "AQL6" } } }]);
  });

  test("refuses a personal value in clear, and does not name it", () => {
    const data = { author: "ada", text: { lines: ["my secret"] } };
    const commit = noteCommit("note-1", 1, [{ type: "NoteWritten", schema: 1, data }]);
    const attempt = () => busEvents(notes, commit);
    expect(attempt).toThrow("is not sealed; it must not be published");
    expect(attempt).not.toThrow("my secret");
  });
});

describe("an event near the bus' limit of size", () => {
  const written = (stream: string, appendix: string) => {
    const data = { author: "ada", text: { lines: [] }, appendix };
    const [event] = busEvents(
      notes,
      noteCommit(stream, 3, [{ type: "NoteWritten", schema: 1, data }]),
    );
    if (!event) throw new Error("The commit became nothing.");
    return event;
  };
  const spare = busBytesMax - busBytes(written("note-1", ""));

  test("is published with its data up to the last byte that fits", () => {
    const event = written("note-1", "é".repeat(Math.floor(spare / 2)));
    expect(busBytes(event)).toBeGreaterThan(busBytesMax - 2);
    expect(JSON.parse(event.detail)).toHaveProperty("data");
  });

  test("leaves its data out one byte later, and says so and where to read it", () => {
    const { data, ...rest } = JSON.parse(written("note-1", "x".repeat(spare + 1)).detail);
    expect(data).toBeUndefined();
    expect(rest).toMatchObject({
      id: "note-1@3",
      type: "NoteWritten",
      dataOmitted: true,
      dataAt: "/notes/1/history",
    });
  });

  test("names the path of a stream that each user has of their own without the user", () => {
    const event = written("note-film.ada", "x".repeat(spare));
    expect(JSON.parse(event.detail)).toMatchObject({ dataAt: "/notes/film/history" });
  });
});
