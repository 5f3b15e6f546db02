/** Work to be done over and over, so many at a time, for so long; of a mix every 101st is a write. */
export interface Load {
  readonly kind: "write" | "read" | "mix";
  readonly atOnce: number;
  readonly ms: number;
}

/** How it went. */
export interface Done {
  readonly perSecond: number;
  /** Milliseconds that each took, in order of length. */
  readonly took: Float64Array;
  /** Processor time of the process that did it, for each. */
  readonly cpuMs: number;
}

/** Does the n-th piece of work. */
export type Deed = (n: number) => Promise<unknown>;

const readsPerWrite = 100;

const deedOf = (kind: Load["kind"], write: Deed, read: Deed): Deed => {
  if (kind === "mix") return (n) => (n % (readsPerWrite + 1) === 0 ? write(n) : read(n));
  return kind === "write" ? write : read;
};

let n = 0;

/** Bears a load: each of so many workers begins with the next as soon as it is done with one. */
export const bear = async ({ kind, atOnce, ms }: Load, write: Deed, read: Deed): Promise<Done> => {
  const deed = deedOf(kind, write, read);
  const took: number[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  const worker = async (): Promise<void> => {
    for (let at = performance.now(); at - began < ms; ) {
      n += 1;
      await deed(n);
      const now = performance.now();
      took.push(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: took.length / seconds,
    took: Float64Array.from(took).sort(),
    cpuMs: (user + system) / 1000 / took.length,
  };
};
