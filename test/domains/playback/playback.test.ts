import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Command, Event, playback, State } from "../../../lib/domains/playback/playback.ts";
import { storiesOf } from "../../given.ts";

const time = "2026-11-01T12:00:00.000Z";
const user = "ann";
const given = storiesOf(playback, { id: "film.ann", actor: user, time });

const started = (position: number) => Event.PlaybackStarted({ user, position });
const progressed = (position: number) => Event.PlaybackProgressed({ user, position });
const stopped = (position: number) => Event.PlaybackStopped({ user, position });
const finished = Event.PlaybackFinished({ user });

const start = (position?: number) => Command.Start(position === undefined ? {} : { position });
const progress = (position: number) => Command.Progress({ position });
const stop = (position: number) => Command.Stop({ position });
const finish = Command.Finish({});

describe("starting a title", () => {
  test("plays from where the player says, else from the beginning", () => {
    given().when(start(90)).gives(started(90)).leaves({ status: "playing", position: 90 });
    given().when(start()).gives(started(0));
  });

  test("goes on where the last time ended", () => {
    given(started(0), stopped(2710)).when(start()).gives(started(2710));
  });

  test("begins anew once the title was finished", () => {
    given(started(0), progressed(5000), finished).when(start()).gives(started(0));
  });

  test("is safe to repeat", () => {
    given(started(90)).when(start(90)).changesNothing();
    given(started(90)).when(start()).changesNothing();
  });

  test("is no repeat at another position", () => {
    given(started(90)).when(start(0)).gives(started(0)).leaves({ position: 0 });
  });
});

describe("telling progress", () => {
  test("moves the position, backwards too", () => {
    given(started(90)).when(progress(2710)).gives(progressed(2710)).leaves({ position: 2710 });
    given(progressed(2710)).when(progress(30)).gives(progressed(30)).leaves({ position: 30 });
  });

  test("begins a title that was never started", () => {
    given().when(progress(30)).gives(progressed(30)).leaves({ status: "playing", updatedAt: time });
  });

  test("is safe to repeat", () => {
    given(started(0), progressed(90)).when(progress(90)).changesNothing();
    given(started(90)).when(progress(90)).changesNothing();
  });

  test("plays a title again that was stopped or finished", () => {
    given(stopped(90)).when(progress(90)).gives(progressed(90)).leaves({ status: "playing" });
    given(started(90), finished).when(progress(90)).leaves({ status: "playing" });
  });
});

describe("stopping", () => {
  test("keeps the position", () => {
    given(started(0)).when(stop(90)).gives(stopped(90)).leaves({ status: "stopped", position: 90 });
  });

  test("is safe to repeat, and is no repeat at another position", () => {
    given(started(0), stopped(90)).when(stop(90)).changesNothing();
    given(started(0), stopped(90)).when(stop(91)).gives(stopped(91));
  });

  test("is told of a title that was never started, too", () => {
    given().when(stop(90)).gives(stopped(90)).leaves({ status: "stopped" });
  });
});

describe("finishing", () => {
  test("ends the title where it is", () => {
    given(started(0), progressed(5000))
      .when(finish)
      .gives(finished)
      .leaves({ status: "finished", position: 5000 });
  });

  test("is safe to repeat", () => {
    given(started(0), finished).when(finish).changesNothing();
  });

  test("is told of a title that was never started, too", () => {
    given().when(finish).gives(finished).leaves({ status: "finished", position: 0 });
  });
});

describe("any sequence of commands", () => {
  test("leaves what the player told last", () => {
    const position = fc.integer({ min: 0, max: 3 });
    const command = fc.oneof<fc.Arbitrary<Command>[]>(
      fc.option(position, { nil: undefined }).map(start),
      position.map(progress),
      position.map(stop),
      fc.constant(finish),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), (sent) => {
        let [where, how] = [0, "none"];
        let state: State = null;
        for (const [version, each] of sent.entries()) {
          const facts = { id: "film.ann", actor: user, time, version };
          const before = `${how} ${where}`;
          if (each.type === "Finish") how = "finished";
          else {
            const kept = how === "finished" ? 0 : where;
            where = each.data.position ?? kept;
            how = each.type === "Stop" ? "stopped" : "playing";
          }
          const events = playback.decide(each, state, facts);
          expect(events).toHaveLength(before === `${how} ${where}` ? 0 : 1);
          for (const event of events) state = playback.evolve(state, event, facts);
          expect(state).toEqual({ user, position: where, status: how, updatedAt: time });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the shape of a command", () => {
  const parses = (type: keyof typeof Command.lineages, data: unknown): boolean =>
    Command.lineages[type].now.safeParse(data).success;

  test.each(["Start", "Progress", "Stop"] as const)("%s takes seconds, 0 or more", (type) => {
    expect([0, 0.5, 2710, 1_000_000].every((position) => parses(type, { position }))).toBe(true);
    const refused = [-1, 1_000_001, "1", null, Number.NaN, Number.POSITIVE_INFINITY];
    expect(refused.filter((position) => parses(type, { position }))).toEqual([]);
    expect(parses(type, { position: 1, extra: 1 })).toBe(false);
  });

  test("only a start may leave the position to what is known", () => {
    expect([parses("Start", {}), parses("Progress", {}), parses("Stop", {})]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("finishing says nothing else", () => {
    expect([parses("Finish", {}), parses("Finish", { position: 1 })]).toEqual([true, false]);
  });
});

describe("the state of a playback", () => {
  test("is kept in a snapshot as it is", () => {
    const { state } = given(started(0.5), finished);
    expect(State.read(State.schema, state)).toEqual(state);
    expect(State.read(State.schema, null)).toBeNull();
  });
});
