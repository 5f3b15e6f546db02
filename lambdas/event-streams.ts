// In bundles this stands in for the SDK's module of the same exports, which the SDK loads when an answer is a stream of
// events. No call of these functions has such an answer, and by being loaded that way it would keep a bundler from
// taking the SDK's modules apart.

const refuse = (): never => {
  throw new Error("Functions take no streams of events.");
};

/** Refuses to make what reads and writes streams of events. */
export const eventStreamSerdeProvider = refuse;

/** Leaves a client's configuration as it is. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;

/** Refuses to be made. */
export class EventStreamSerde {
  constructor() {
    refuse();
  }
}
