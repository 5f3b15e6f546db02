import cliProgress from "cli-progress";

/** Tells whoever waits how far a run has come. */
export interface Progress {
  /** What is being done now, and how much of it all is done, from 0 to 1. */
  show(what: string, done: number): void;
  stop(): void;
}

const bar = (stream: NodeJS.WriteStream): Progress => {
  const line = new cliProgress.SingleBar(
    {
      stream,
      format: "{bar} {percentage}% {what}",
      barsize: 30,
      hideCursor: true,
      clearOnComplete: true,
    },
    cliProgress.Presets.shades_classic,
  );
  line.start(100, 0, { what: "" });
  return {
    show: (what, done) => line.update(Math.round(100 * done), { what }),
    stop: () => line.stop(),
  };
};

const lines = (stream: NodeJS.WriteStream): Progress => {
  let last = "";
  return {
    show: (what) => {
      if (what !== last) stream.write(`${what}\n`);
      last = what;
    },
    stop: () => undefined,
  };
};

/** A bar on a terminal; where the stream is none, a line for each thing that is begun. */
export const progressOn = (stream: NodeJS.WriteStream): Progress =>
  stream.isTTY ? bar(stream) : lines(stream);
