import cliProgress from "cli-progress";

/** How far long work has come. */
export interface Progress {
  /** `total` where it is known; `what` says what is going on. */
  show(done: number, total: number | undefined, what: string): void;
  stop(): void;
}

const formats = { counted: "{bar} {percentage}% {what}", open: "{what}" } as const;

/**
 * Progress in one line of a terminal, a bar where the whole is known; nothing where the stream is
 * no terminal.
 */
export const progressLine = (stream: NodeJS.WriteStream): Progress => {
  let bar: cliProgress.SingleBar | undefined;
  return {
    show: (done, total, what) => {
      if (!bar) {
        const format = total === undefined ? formats.open : formats.counted;
        bar = new cliProgress.SingleBar(
          { stream, format, barsize: 30, hideCursor: true, clearOnComplete: true },
          cliProgress.Presets.shades_classic,
        );
        bar.start(total ?? 0, done, { what });
      }
      if (total !== undefined) bar.setTotal(total);
      bar.update(done, { what });
    },
    stop: () => {
      bar?.stop();
      bar = undefined;
    },
  };
};
