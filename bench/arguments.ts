import { parseArgs } from "node:util";
import type { Scale } from "./benchmark.ts";

/** What was asked of a run. */
export interface Wish {
  readonly help: boolean;
  readonly names: readonly string[];
  readonly scale: Scale;
  /** True: the page gets the tables. */
  readonly write: boolean;
  /** True: a target that is missed is a failure. */
  readonly targets: boolean;
}

/** A command line that cannot be understood; its message says why. */
export class UsageFault extends Error {
  override readonly name = "UsageFault";
}

const options = {
  only: { type: "string" },
  smoke: { type: "boolean", default: false },
  write: { type: "boolean", default: false },
  targets: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageFault(`${error.message.split(". ")[0]}.`);
    throw error;
  }
};

/** Understands a command line; refuses unknown options, unknown names, and figures of a smoke run on the page. */
export const wishOf = (argv: readonly string[], known: readonly string[]): Wish => {
  const { only, smoke, write, targets, help } = parse(argv);
  const names = only === undefined ? known : only.split(",").map((name) => name.trim());
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new UsageFault(`There is no benchmark "${stranger}"; there are ${known.join(", ")}.`);
  if (smoke && write) throw new UsageFault("What --smoke measures is too little to --write.");
  return { help, names, scale: smoke ? "smoke" : "full", write, targets };
};
