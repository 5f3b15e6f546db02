type Done = (error?: Error | null) => void;

/** A stream that text is written to, such as `process.stdout`. */
export type TextStream = Pick<NodeJS.WriteStream, "write">;

/** What becomes of lines that carry metrics. */
export interface MetricLineOptions {
  readonly stream: TextStream;
  /** True when the line carried metrics. */
  take(line: string): boolean;
  /** True: such lines are written as well. */
  readonly isShown: boolean;
}

/**
 * Reads along what this process writes, for functions tell their metrics in lines of their log. Everything else is
 * written as ever; the result ends it.
 */
export const followMetricLines = ({ stream, take, isShown }: MetricLineOptions): (() => void) => {
  const plain = stream.write;
  let isOver = false;

  const write = (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | Done,
    done?: Done,
  ): boolean => {
    const told = typeof encoding === "function" ? encoding : done;
    const form = typeof encoding === "function" ? undefined : encoding;
    const isTaken = !isOver && typeof chunk === "string" && take(chunk);
    if (!isTaken || isShown) return plain.call(stream, chunk, form, told);
    if (told) queueMicrotask(told);
    return true;
  };

  stream.write = write;
  return () => {
    isOver = true;
    // Somebody else may have put a writer of their own over this one.
    if (stream.write === write) stream.write = plain;
  };
};
