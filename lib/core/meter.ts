/** What a request used of the store: round trips, read units and write units. */
export interface Usage {
  readonly roundTrips: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/** Counts what one request uses of the store; adapters add to it from DynamoDB's own consumed capacity. */
export interface Meter {
  add(use: Partial<Usage>): void;
  readonly used: Usage;
}

/** A meter at zero. */
export const createMeter = (): Meter => {
  let used: Usage = { roundTrips: 0, readUnits: 0, writeUnits: 0 };
  return {
    add: ({ roundTrips = 0, readUnits = 0, writeUnits = 0 }) => {
      used = {
        roundTrips: used.roundTrips + roundTrips,
        readUnits: used.readUnits + readUnits,
        writeUnits: used.writeUnits + writeUnits,
      };
    },
    get used() {
      return used;
    },
  };
};
