/** A build of a view as it is recorded: its number is never used again. */
export interface BuildRecord {
  readonly generation: number;
  readonly definition: number;
}

/** What is recorded of a view: which build serves, which is being filled, and how many pairs of each are parked. */
export interface ViewRecord {
  readonly view: string;
  readonly live: BuildRecord;
  readonly building?: BuildRecord;
  /** Builds that served before, whose rows are still there until readers' cursors have expired (ISO 8601). */
  readonly retired: readonly (BuildRecord & { readonly until: string })[];
  /** Number of parked streams by generation; absent means none. */
  readonly parked: Readonly<Record<string, number>>;
  /** True: the first build serves, and lacks what was committed before the view was recorded. */
  readonly unbuilt: boolean;
}

/** The record of every view. */
export interface ViewCatalogue {
  /** All records, read strongly. */
  list(): Promise<readonly ViewRecord[]>;
  /**
   * Records a view that was never recorded, with its first build; leaves an existing record as it is. The build counts as
   * unbuilt unless it is said that nothing was committed before.
   */
  create(view: string, definition: number, options?: { readonly unbuilt: boolean }): Promise<void>;
  /** Strikes a build whose rows are gone off the list of retired ones, with everything that is noted of it. */
  forget(view: string, generation: number): Promise<void>;
}

/** A stream that one build of a view could not take in. */
export interface ViewPair {
  readonly view: string;
  readonly generation: number;
  readonly stream: string;
}

/** A pair that live events skip until a catch-up has brought it to the head. */
export interface ParkedPair extends ViewPair {
  readonly reason: string;
  readonly since: string;
  /** True once a message of the work queue stands for it. */
  readonly queued: boolean;
  /** Set when the queue has given up on it: it waits for a redrive. */
  readonly dead: boolean;
}

/** The list of parked pairs; its counts by view and generation are part of the view's record. */
export interface Parking {
  /** Parks a pair, or changes what is noted of one. */
  park(pair: ViewPair, note: Pick<ParkedPair, "reason" | "queued" | "dead">): Promise<void>;
  /** Changes what is noted of a parked pair; nothing when it is not parked any more. */
  note(pair: ViewPair, note: Pick<ParkedPair, "reason" | "queued" | "dead">): Promise<void>;
  /** Ends the parking of a pair; nothing when it is not parked. */
  unpark(pair: ViewPair): Promise<void>;
  /** The parked ones of these streams of one build, read strongly. */
  among(
    view: string,
    generation: number,
    streams: readonly string[],
  ): Promise<readonly ParkedPair[]>;
  /** One page of what is parked in a build. */
  list(
    view: string,
    generation: number,
    after?: string,
  ): Promise<{ readonly pairs: readonly ParkedPair[]; readonly next?: string }>;
}

/**
 * Builds that take in live events at this time (milliseconds since the epoch): the one that is being filled first, so
 * that it is never behind the one that serves; retired ones last, for readers that have not heard of the switch yet,
 * until they may be swept.
 */
export const fedBuilds = (
  { live, building, retired }: ViewRecord,
  now: number,
): readonly BuildRecord[] => [
  ...(building ? [building] : []),
  live,
  ...retired.filter(({ until }) => Date.parse(until) > now),
];

/** True for a build that served before: nobody needs it for long. */
export const isRetired = ({ retired }: ViewRecord, generation: number): boolean =>
  retired.some((build) => build.generation === generation);

/** Generations that a reader may be shown at this time (milliseconds since the epoch): rows of the others may go. */
export const readableGenerations = (
  { live, retired }: ViewRecord,
  now: number,
): readonly number[] => [
  live.generation,
  ...retired.flatMap(({ generation, until }) => (Date.parse(until) > now ? [generation] : [])),
];

/** Number of parked streams of one generation. */
export const parkedCount = ({ parked }: ViewRecord, generation: number): number =>
  parked[String(generation)] ?? 0;
