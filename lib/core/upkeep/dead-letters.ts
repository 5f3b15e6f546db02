/** What a redrive did. */
export interface Redriven {
  /** Messages that were put back into the work queue. */
  readonly moved: number;
  /** True: the bounds of one call were reached, and messages may be left. */
  readonly more: boolean;
}

/** Messages of the work queue that were given up after too many attempts; they wait until someone redrives them. */
export interface DeadLetters {
  /** About how many there are. */
  count(): Promise<number>;
  /**
   * Puts messages back into the work queue, within the bounds of one call. A message is removed only after it was put
   * back, so that a crash in between repeats it and loses none.
   */
  redrive(): Promise<Redriven>;
}
