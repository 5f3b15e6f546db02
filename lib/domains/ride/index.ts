import { domain } from "../../core/domain/domain.ts";
import { Command, Event, Ride, ride, State } from "./ride.ts";

/** Rides: booked by a rider, assigned by an admin, driven by a driver. */
export default domain({
  category: "ride",
  collection: "rides",
  commands: Command,
  events: Event,
  state: State,
  decider: ride,
  owner: (state) => state?.rider,
  parties: (state) => ({ driver: state?.driver ?? undefined }),
  allow: {
    Book: ["owner"],
    Assign: ["admin"],
    Start: ["driver"],
    Complete: ["driver"],
    Cancel: ["owner", "driver"],
  },
  readers: ["owner", "driver"],
  routes: {
    book: "Book",
    assign: "Assign",
    start: "Start",
    complete: "Complete",
    cancel: "Cancel",
  },
  show: (state) => state ?? {},
  shown: Ride,
  index: (state) => ({
    driver: state?.driver ? { partition: state.driver, sort: state.bookedAt } : undefined,
  }),
  indexes: { driver: { lists: true } },
});
