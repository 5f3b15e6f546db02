import * as z from "zod/mini";
import { type Decider, reject } from "../../core/domain/decider.ts";
import { lineage } from "../../core/domain/lineage.ts";
import { type MessageOf, messages } from "../../core/domain/message.ts";
import { personal } from "../../core/personal/personal.ts";

const Place = personal(z.string().check(z.minLength(1), z.maxLength(500)));
const Fare = z.int().check(z.minimum(1), z.maximum(1_000_000_000_000));
const Currency = z.string().check(z.regex(/^[A-Z]{3}$/, "must be a currency code of ISO 4217"));
const Reason = z.optional(z.string().check(z.minLength(1), z.maxLength(500)));
const Sub = z.string().check(z.minLength(1), z.maxLength(256));

// Events. These names and shapes are stored forever: add, never rename or repurpose one.

/** What happens to a ride. The places belong to the rider, who owns the stream. */
export const Event = messages({
  RideBooked: { rider: Sub, pickup: Place, destination: Place },
  RideAssigned: { driver: Sub },
  RideStarted: {},
  RideCompleted: { fare: Fare, currency: Currency },
  RideCancelled: { reason: Reason },
});
export type Event = MessageOf<typeof Event>;

// Commands.

// Asked for with each command that names a currency, so that no function begins with the whole list.
const isKnown = (code: string): boolean => Intl.supportedValuesOf("currency").includes(code);
const KnownCurrency = Currency.check(z.refine(isKnown, "must be a currency code of ISO 4217"));

/** What may be asked of a ride. */
export const Command = messages({
  Book: { pickup: Place, destination: Place },
  Assign: { driver: Sub },
  Start: {},
  Complete: { fare: Fare, currency: KnownCurrency },
  Cancel: { reason: Reason },
});
export type Command = MessageOf<typeof Command>;

/** Why a command is refused. */
export type Code =
  | "ride-not-requested"
  | "ride-not-assigned"
  | "ride-not-started"
  | "ride-already-booked"
  | "ride-already-started"
  | "ride-already-ended";

// State.

/** What readers see of a ride. */
export const Ride = z.strictObject({
  status: z.enum(["requested", "assigned", "started", "completed", "cancelled"]),
  rider: Sub,
  driver: z.nullable(Sub),
  pickup: Place,
  destination: Place,
  fare: z.nullable(Fare),
  currency: z.nullable(Currency),
  bookedAt: z.string(),
});

/** The ride after its events so far; null before it was booked. */
export const State = lineage(z.nullable(Ride));
export type State = z.output<typeof State.now>;
type Ride = z.output<typeof Ride>;

// Decider.

const refuse = (code: Code, detail?: string) => reject(code, detail);

/** Why a ride cannot go on to a step that follows `status`, by the status that it has instead. */
const outOfOrder = ({ status }: Ride, missing: Code) => {
  switch (status) {
    case "requested":
    case "assigned":
      return refuse(missing, `The ride is ${status}.`);
    case "started":
      return refuse("ride-already-started");
    case "completed":
    case "cancelled":
      return refuse("ride-already-ended", `The ride is ${status}.`);
  }
};

const isEnded = ({ status }: Ride): boolean => status === "completed" || status === "cancelled";

const isSameEnd = ({ fare, currency }: Ride, data: { fare: number; currency: string }): boolean =>
  fare === data.fare && currency === data.currency;

/** The ride's rules: requested, assigned, started, completed; cancelled before it starts. */
export const ride = {
  initial: null,
  decide: (command, state, { id, actor }) => {
    if (!state)
      return command.type === "Book"
        ? [Event.RideBooked({ rider: actor, ...command.data })]
        : refuse("ride-not-requested", `Ride ${id} was never booked.`);
    const { status } = state;
    switch (command.type) {
      case "Book":
        if (isEnded(state)) return refuse("ride-already-ended");
        return actor === state.rider ? [] : refuse("ride-already-booked");
      case "Assign":
        if (status === "requested") return [Event.RideAssigned(command.data)];
        if (status === "assigned" && state.driver === command.data.driver) return [];
        return outOfOrder(state, "ride-not-requested");
      case "Start":
        if (status === "assigned") return [Event.RideStarted({})];
        return status === "started" ? [] : outOfOrder(state, "ride-not-assigned");
      case "Complete":
        if (status === "started") return [Event.RideCompleted(command.data)];
        if (status === "completed" && isSameEnd(state, command.data)) return [];
        return outOfOrder(state, "ride-not-started");
      case "Cancel":
        if (status === "cancelled") return [];
        if (status === "started" || status === "completed")
          return outOfOrder(state, "ride-already-ended");
        return [Event.RideCancelled(command.data)];
    }
  },
  evolve: (state, event, { time }) => {
    if (event.type === "RideBooked")
      return {
        ...event.data,
        status: "requested" as const,
        driver: null,
        fare: null,
        currency: null,
        bookedAt: time,
      };
    if (!state) throw new Error(`${event.type} before RideBooked.`);
    switch (event.type) {
      case "RideAssigned":
        return { ...state, ...event.data, status: "assigned" as const };
      case "RideStarted":
        return { ...state, status: "started" as const };
      case "RideCompleted":
        return { ...state, ...event.data, status: "completed" as const };
      case "RideCancelled":
        return { ...state, status: "cancelled" as const };
    }
  },
} satisfies Decider<Command, Event, State, Code>;
