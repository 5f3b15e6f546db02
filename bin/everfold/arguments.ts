import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Command } from "./command.ts";
import { UsageFault } from "./failure.ts";

/** What may be said to every command. */
export const generalOptions = {
  url: { type: "string" },
  token: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsConfig["options"];

/** What only some commands are told; each names those that it takes. */
export const commandOptions = {
  limit: { type: "string" },
  timeout: { type: "string" },
  "no-wait": { type: "boolean" },
  last: { type: "boolean" },
  out: { type: "string" },
  yes: { type: "boolean", short: "y" },
} as const satisfies ParseArgsConfig["options"];

/** An option that only some commands take. */
export type OptionName = keyof typeof commandOptions;

/** Options as they were given. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** A command as somebody called it; without one, help was asked for. */
export interface Invocation {
  readonly command: Command | undefined;
  readonly operands: readonly string[];
  readonly options: Options;
}

const parse = (argv: readonly string[]) => {
  try {
    const options = { ...generalOptions, ...commandOptions };
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Its second sentence is about operands that look like options.
    if (error instanceof TypeError) throw new UsageFault(`${error.message.split(". ")[0]}.`);
    throw error;
  }
};

const startsWith = (words: readonly string[], { words: own }: Command): boolean =>
  own.every((word, index) => words[index] === word);

const checkOperands = ({ words, operands: expected }: Command, given: readonly string[]): void => {
  const name = words.join(" ");
  if (given.length < expected.length)
    throw new UsageFault(`everfold ${name} needs ${expected.join(" ")}.`);
  const many = expected.some((each) => each.endsWith("..."));
  const [extra] = many ? [] : given.slice(expected.length);
  if (extra !== undefined) throw new UsageFault(`everfold ${name} does not take "${extra}".`);
};

const checkOptions = ({ words, options: taken }: Command, given: Options): void => {
  const known: readonly string[] = [...Object.keys(generalOptions), ...taken];
  const alien = Object.keys(given).find((name) => !known.includes(name));
  if (alien !== undefined)
    throw new UsageFault(`everfold ${words.join(" ")} does not take --${alien}.`);
};

const noCommand = (commands: readonly Command[], given: readonly string[]): UsageFault => {
  const [first] = given;
  if (first === undefined) return new UsageFault("Which command?");
  const next = commands.flatMap(({ words }) => (words[0] === first && words[1]) || []);
  if (given.length === 1 && next.length > 0)
    return new UsageFault(`"everfold ${first}" goes on with ${next.join(" or ")}.`);
  return new UsageFault(`There is no command "${given.join(" ")}".`);
};

/** Understands a command line; refuses unknown commands, operands and options. */
export const invocationOf = (commands: readonly Command[], argv: readonly string[]): Invocation => {
  const { values, positionals } = parse(argv);
  const options: Options = { ...values };
  const command = commands.find((each) => startsWith(positionals, each));
  if (options.help) return { command, operands: [], options };
  if (!command) throw noCommand(commands, positionals);
  const operands = positionals.slice(command.words.length);
  checkOperands(command, operands);
  checkOptions(command, options);
  return { command, operands, options };
};

/** A whole number within bounds; refuses what is none. */
export const wholeNumber = (
  options: Options,
  name: OptionName,
  {
    min,
    max,
    otherwise,
  }: { readonly min: number; readonly max: number; readonly otherwise: number },
): number => {
  const given = options[name];
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (Number.isInteger(number) && number >= min && number <= max && given !== "") return number;
  throw new UsageFault(`--${name} must be a whole number from ${min} to ${max}, not "${given}".`);
};
