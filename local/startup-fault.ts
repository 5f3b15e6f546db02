/** A reason not to start that its reader can mend: the message tells what is wrong, `wayOut` what to do about it. */
export class StartupFault extends Error {
  override readonly name = "StartupFault";
  readonly wayOut: string;

  constructor(message: string, wayOut: string) {
    super(message);
    this.wayOut = wayOut;
  }
}

/** Names the service whose data cannot be read, and ways out; a reason that has one is passed on as it is. */
export const refuseBroken = (name: string, dataDir: string) => (error: unknown) => {
  if (error instanceof StartupFault) throw error;
  throw new StartupFault(
    `The local ${name} cannot start on ${dataDir}: ${errorText(error)}`,
    "Restore the directory from a copy, or start empty in another: DATA_DIR=.everfold-2 npm start",
  );
};

/** Code of a system error such as `ENOENT`; "" for anything else. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** What an error says, for a line of a log. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
