import { invocationOf } from "./arguments.ts";
import { auditCommands } from "./audit.ts";
import type { Command } from "./command.ts";
import { deadLetterCommands } from "./dead-letters.ts";
import { sentences, UsageFault } from "./failure.ts";
import { helpOf, overview } from "./help.ts";
import { peopleCommands } from "./people.ts";
import { serverOf } from "./server.ts";
import { streamCommands } from "./streams.ts";
import { printable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { viewCommands } from "./views.ts";

/** Everything that operators can do from here. */
export const commands: readonly Command[] = [
  ...streamCommands,
  ...viewCommands,
  ...deadLetterCommands,
  ...peopleCommands,
  ...auditCommands,
];

const exitCodes = { ok: 0, refused: 1, usage: 2 } as const;

const run = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  const { command, operands, options } = invocationOf(commands, argv);
  if (!command || options.help) {
    terminal.print(command ? helpOf(command) : overview(commands));
    return exitCodes.ok;
  }
  const server = serverOf(options, terminal.environment);
  const { ok, text, data } = await command.run({ server, terminal, operands, options });
  terminal.print(options.json ? JSON.stringify(data, undefined, 2) : text);
  return ok ? exitCodes.ok : exitCodes.refused;
};

/**
 * Runs one command line and answers the code to exit with: 0 done and well, 1 refused or not well,
 * 2 not understood. A failure is told in sentences; anything that is no known failure is thrown.
 */
export const everfold = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    return await run(argv, terminal);
  } catch (error) {
    terminal.tell(printable(sentences(error)));
    if (!(error instanceof UsageFault)) return exitCodes.refused;
    terminal.tell('"everfold --help" shows what can be done.');
    return exitCodes.usage;
  }
};
