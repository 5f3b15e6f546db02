import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decider, isRejection } from "../../../lib/core/domain/decider.ts";
import { Personal } from "../../../lib/core/personal/personal.ts";
import { Command, Event, ride, State } from "../../../lib/domains/ride/ride.ts";
import { storiesOf } from "../../given.ts";

const time = "2026-11-01T12:00:00.000Z";
const given = storiesOf(ride, { id: "r1", actor: "rita", time });

const places = { pickup: Personal.clear("Home"), destination: Personal.clear("Work") };
const sealed = {
  pickup: Personal.sealed<string>(Uint8Array.of(1)),
  destination: Personal.sealed<string>(Uint8Array.of(2)),
};
const { decide, evolve }: Decider<Command, Event, State> = ride;
const fare = { fare: 1250, currency: "USD" };

const booked = Event.RideBooked({ rider: "rita", ...sealed });
const assigned = Event.RideAssigned({ driver: "dan" });
const started = Event.RideStarted({});
const completed = Event.RideCompleted(fare);
const cancelled = Event.RideCancelled({});

const book = Command.Book(places);
const assign = Command.Assign({ driver: "dan" });
const start = Command.Start({});
const complete = Command.Complete(fare);
const cancel = Command.Cancel({});

describe("booking a ride", () => {
  test("makes the caller its rider", () => {
    given()
      .when(book)
      .gives(Event.RideBooked({ rider: "rita", ...places }))
      .leaves({ status: "requested", rider: "rita", driver: null, fare: null, bookedAt: time });
  });

  test("hands on the places that it was given", () => {
    const decided = ride.decide(book, null, { id: "r1", actor: "rita", time, version: 0 });
    const [event] = isRejection(decided) ? [] : decided;
    if (event?.type !== "RideBooked") throw new Error("The ride was not booked.");
    expect(event.data.pickup.reveal()).toBe("Home");
    expect(event.data.destination.reveal()).toBe("Work");
  });

  test("is safe to repeat until the ride has ended, whatever the places", () => {
    const elsewhere = Command.Book({ ...places, pickup: Personal.clear("Station") });
    for (const history of [[booked], [booked, assigned], [booked, assigned, started]])
      given(...history)
        .when(elsewhere)
        .changesNothing();
  });

  test("refuses a ride that somebody else has booked", () => {
    given(booked).when(book, { actor: "root" }).isRefused("ride-already-booked");
  });

  test.each([
    ["completed", [booked, assigned, started, completed]],
    ["cancelled", [booked, cancelled]],
  ])("refuses a ride that is %s", (_, history) => {
    given(...history)
      .when(book)
      .isRefused("ride-already-ended");
  });
});

describe("assigning a driver", () => {
  test("names who is to drive", () => {
    given(booked).when(assign).gives(assigned).leaves({ status: "assigned", driver: "dan" });
  });

  test("is safe to repeat with the same driver", () => {
    given(booked, assigned).when(assign).changesNothing();
  });

  test("refuses to repeat with another driver", () => {
    given(booked, assigned)
      .when(Command.Assign({ driver: "eve" }))
      .isRefused("ride-not-requested");
  });

  test.each([
    ["was never booked", [], "ride-not-requested"],
    ["has started", [booked, assigned, started], "ride-already-started"],
    ["is completed", [booked, assigned, started, completed], "ride-already-ended"],
    ["is cancelled", [booked, cancelled], "ride-already-ended"],
  ] as const)("refuses a ride that %s", (_, history, code) => {
    given(...history)
      .when(assign)
      .isRefused(code);
  });
});

describe("starting a ride", () => {
  test("follows the assignment", () => {
    given(booked, assigned).when(start).gives(started).leaves({ status: "started", driver: "dan" });
  });

  test("is safe to repeat", () => {
    given(booked, assigned, started).when(start).changesNothing();
  });

  test.each([
    ["was never booked", [], "ride-not-requested"],
    ["has no driver", [booked], "ride-not-assigned"],
    ["is completed", [booked, assigned, started, completed], "ride-already-ended"],
    ["is cancelled", [booked, assigned, cancelled], "ride-already-ended"],
  ] as const)("refuses a ride that %s", (_, history, code) => {
    given(...history)
      .when(start)
      .isRefused(code);
  });
});

describe("completing a ride", () => {
  const begun = [booked, assigned, started];

  test("notes what it cost", () => {
    given(...begun)
      .when(complete)
      .gives(completed)
      .leaves({ status: "completed", ...fare });
  });

  test("is safe to repeat with the same fare", () => {
    given(...begun, completed)
      .when(complete)
      .changesNothing();
  });

  test.each([
    ["fare", { ...fare, fare: 1251 }],
    ["currency", { ...fare, currency: "EUR" }],
  ])("refuses to repeat with another %s", (_, data) => {
    given(...begun, completed)
      .when(Command.Complete(data))
      .isRefused("ride-already-ended");
  });

  test.each([
    ["was never booked", [], "ride-not-requested"],
    ["has no driver", [booked], "ride-not-started"],
    ["has not started", [booked, assigned], "ride-not-started"],
    ["is cancelled", [booked, cancelled], "ride-already-ended"],
  ] as const)("refuses a ride that %s", (_, history, code) => {
    given(...history)
      .when(complete)
      .isRefused(code);
  });
});

describe("cancelling a ride", () => {
  test.each([
    ["requested", [booked]],
    ["assigned", [booked, assigned]],
  ])("ends one that is %s, with the reason", (_, history) => {
    given(...history)
      .when(Command.Cancel({ reason: "Rain" }))
      .gives(Event.RideCancelled({ reason: "Rain" }))
      .leaves({ status: "cancelled", rider: "rita" });
  });

  test("is safe to repeat, whatever the reason", () => {
    given(booked, cancelled)
      .when(Command.Cancel({ reason: "Rain" }))
      .changesNothing();
  });

  test.each([
    ["was never booked", [], "ride-not-requested"],
    ["has started", [booked, assigned, started], "ride-already-started"],
    ["is completed", [booked, assigned, started, completed], "ride-already-ended"],
  ] as const)("refuses a ride that %s", (_, history, code) => {
    given(...history)
      .when(cancel)
      .isRefused(code);
  });
});

/** What each command makes of each status; a code where it is refused, the same status where it is a repeat. */
const outcomes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  none: {
    Book: "requested",
    Assign: "ride-not-requested",
    Start: "ride-not-requested",
    Complete: "ride-not-requested",
    Cancel: "ride-not-requested",
  },
  requested: {
    Book: "requested",
    Assign: "assigned",
    Start: "ride-not-assigned",
    Complete: "ride-not-started",
    Cancel: "cancelled",
  },
  assigned: {
    Book: "assigned",
    Assign: "assigned",
    Start: "started",
    Complete: "ride-not-started",
    Cancel: "cancelled",
  },
  started: {
    Book: "started",
    Assign: "ride-already-started",
    Start: "started",
    Complete: "completed",
    Cancel: "ride-already-started",
  },
  completed: {
    Book: "ride-already-ended",
    Assign: "ride-already-ended",
    Start: "ride-already-ended",
    Complete: "completed",
    Cancel: "ride-already-ended",
  },
  cancelled: {
    Book: "ride-already-ended",
    Assign: "ride-already-ended",
    Start: "ride-already-ended",
    Complete: "ride-already-ended",
    Cancel: "cancelled",
  },
};

describe("any sequence of commands", () => {
  test("goes through the states of a ride and through no others", () => {
    const commands = fc.array(fc.constantFrom(book, assign, start, complete, cancel), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(commands, (sent) => {
        let state: State = given().state;
        for (const [index, command] of sent.entries()) {
          const before = state?.status ?? "none";
          const facts = { id: "r1", actor: "rita", time, version: index };
          const decided = decide(command, state, facts);
          const wanted = outcomes[before]?.[command.type];
          if (isRejection(decided)) {
            expect(decided.rejected).toBe(wanted);
            continue;
          }
          for (const event of decided) state = evolve(state, event, facts);
          expect(state?.status).toBe(wanted);
          expect(decided).toHaveLength(before === wanted ? 0 : 1);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a log that cannot be", () => {
  test("is a fault: nothing happens before a ride is booked", () => {
    expect(() => given(started)).toThrow("RideStarted before RideBooked.");
  });
});

describe("the shape of a command", () => {
  const parses = (type: keyof typeof Command.lineages, data: unknown): boolean =>
    Command.lineages[type].now.safeParse(data).success;

  test("a ride goes from somewhere to somewhere", () => {
    const [pickup, destination] = ["Home", "Work"];
    expect(parses("Book", { pickup, destination })).toBe(true);
    const refused = [
      {},
      { pickup },
      { destination },
      { pickup: "", destination },
      { pickup: "x".repeat(501), destination },
      { pickup: 1, destination },
      { pickup, destination, via: "Pub" },
    ];
    expect(refused.filter((data) => parses("Book", data))).toEqual([]);
  });

  test("a fare is a whole amount from 1 to 10^12 in a currency of ISO 4217", () => {
    const costs = (amount: unknown, currency: unknown = "USD") =>
      parses("Complete", { fare: amount, currency });
    expect(costs(1) && costs(1_000_000_000_000, "EUR")).toBe(true);
    expect([0, -1, 1.5, 1_000_000_000_001, "1", null].filter((amount) => costs(amount))).toEqual(
      [],
    );
    expect(["usd", "ZZZ", "US", "", null].filter((currency) => costs(1, currency))).toEqual([]);
    expect(parses("Complete", { fare: 1 })).toBe(false);
  });

  test("a reason is optional, but not empty and not long", () => {
    const explained = (reason: unknown) => parses("Cancel", { reason });
    expect([undefined, "x", "x".repeat(500)].every(explained)).toBe(true);
    expect(["", "x".repeat(501), 1, null].filter(explained)).toEqual([]);
  });

  test.each([
    ["Assign", { driver: "dan" }],
    ["Start", {}],
    ["Complete", fare],
    ["Cancel", {}],
  ] as const)("%s refuses unknown keys", (type, data) => {
    expect(parses(type, data)).toBe(true);
    expect(parses(type, { ...data, extra: 1 })).toBe(false);
  });

  test("a driver is named", () => {
    expect(["", "x".repeat(257), null, 1].filter((driver) => parses("Assign", { driver }))).toEqual(
      [],
    );
    expect(parses("Assign", { driver: "auth0|5f7c" })).toBe(true);
  });
});

describe("the state of a ride", () => {
  test("is kept in a snapshot as it is", () => {
    const { state } = given(booked, assigned, started, completed);
    expect(State.read(State.schema, state)).toEqual(state);
    expect(State.read(State.schema, null)).toBeNull();
  });
});
