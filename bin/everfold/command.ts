import type { OptionName, Options } from "./arguments.ts";
import type { Server } from "./server.ts";
import type { Terminal } from "./terminal.ts";

/** What a command works with. */
export interface Work {
  readonly server: Server;
  readonly terminal: Terminal;
  readonly operands: readonly string[];
  readonly options: Options;
}

/** What a command has come to. */
export interface Outcome {
  /** False: the command was carried out, and what it found is not as it should be. */
  readonly ok: boolean;
  /** For people. */
  readonly text: string;
  /** For programs: what `--json` prints. */
  readonly data: unknown;
}

/** Something that operators do. */
export interface Command {
  readonly words: readonly string[];
  /** What has to follow, as help shows it: `<stream>`, and `<stream>...` where more may. */
  readonly operands: readonly string[];
  readonly options: readonly OptionName[];
  readonly summary: string;
  /** More than a line of help. */
  readonly details: string;
  run(work: Work): Promise<Outcome>;
}
