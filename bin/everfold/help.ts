import type { Command } from "./command.ts";

const call = ({ words, operands }: Command): string => [...words, ...operands].join(" ");

const general = `Options of all commands:
  --url <url>      the API (EVERFOLD_URL; else http://localhost:3000)
  --token <token>  an admin's bearer token (EVERFOLD_TOKEN, which other users of the machine
                   cannot see in the list of processes); a local host gives one by itself
  --json           print JSON instead of text
  --help, -h       this text, or a command's

Ends with 0 when all is well, 1 when the server refused or something is not as it should be, and
2 when the call was not understood.`;

/** What can be done. */
export const overview = (commands: readonly Command[]): string => {
  const width = Math.max(...commands.map((command) => call(command).length));
  const lines = commands.map((each) => `  ${call(each).padEnd(width)}  ${each.summary}`);
  return [
    "Operates a stage of Everfold over its HTTP API.",
    "  everfold <command> [options]",
    lines.join("\n"),
    general,
  ].join("\n\n");
};

/** How one command is called. */
export const helpOf = (command: Command): string => {
  const details = command.details
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
  return `everfold ${call(command)}: ${command.summary}.\n\n${details}\n\n${general}`;
};
