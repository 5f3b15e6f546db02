/** How much work: `full` for figures that are quoted, `smoke` to see that everything still runs. */
export type Scale = "full" | "smoke";

/** Measured figures: ratios or counts; absolute times only beside what they are compared with. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  /** One cell for each column, as it is printed. */
  readonly rows: readonly (readonly string[])[];
  /** What a reader has to know to read the figures rightly, in sentences. */
  readonly remarks: readonly string[];
}

/** What the project promises, and what this run saw. */
export interface Target {
  readonly promise: string;
  readonly seen: string;
  readonly isMet: boolean;
}

/** What a benchmark found. */
export interface Findings {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
}

/** What a benchmark is run with. */
export interface Run {
  readonly scale: Scale;
  /** Tells whoever waits what is being measured now, and how much of it is done: from 0 to 1. */
  readonly progress: (what: string, done: number) => void;
}

/** One question and how it is answered; all sides of it in one run on one engine. */
export interface Benchmark {
  /** As `npm run bench -- --only <name>` takes it. */
  readonly name: string;
  readonly question: string;
  run(run: Run): Promise<Findings>;
}
