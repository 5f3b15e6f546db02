/** Write and read units of DynamoDB. */
export interface Units {
  readonly writes: number;
  readonly reads: number;
}

/**
 * What the benchmarks measure on the embedded engine, which counts as DynamoDB does; a test measures it again. Commits
 * and rows are of up to 1 KB here: larger ones cost a unit for each.
 */
export const measured = {
  /** A command decided from memory: one put. */
  warm: { writes: 1, reads: 0 },
  /** A command that loads its stream first: half a read unit, whatever the history. */
  cold: { writes: 1, reads: 0.5 },
  /** With an Idempotency-Key: commit and record in one transaction, each paid for twice. */
  idempotent: { writes: 4, reads: 0.5 },
  /**
   * The five views of an account: what each event costs, what each stream in a batch costs, and what each batch costs.
   * The document and its index are two of the nine.
   */
  views: {
    perEvent: { writes: 1, reads: 0 },
    perStream: { writes: 9, reads: 5 },
    perBatch: { writes: 0, reads: 1 },
  },
  /** Of these nine, what goes into the document's row and its index. */
  documentPerStream: 2,
  /** Of these nine, what goes into the table that takes most: a tally, whose transactions are paid for twice. */
  busiestTablePerStream: 4,
  /** Views whose rows are found by stream: a row or a checkpoint of each. */
  viewsPerStream: 5,
} as const;

/** Bytes that one write unit, and one read unit, pays for. */
export const unitBytes = { write: 1024, read: 4096 } as const;

/** Notifications that the projector's mapping hands over at a time. */
export const batchMax = 1_000;

/**
 * How a rebuild of a document view walks the log: from a history of so many commits on it goes from stream to stream, and
 * looks at so many commits before each stride of so many streams.
 */
export const rebuildWalk = { denseCommits: 32, probeKeys: 128, stride: 64 } as const;
