import { startBackgroundApart } from "../local/background-apart.ts";
import { corsOriginsFrom } from "../local/cors.ts";
import { StartupFault } from "../local/startup-fault.ts";
import { type System, startSystem } from "../local/system.ts";
import { welcome } from "../local/welcome.ts";

const portMax = 65_535;
// One Ctrl-C may arrive twice: from the terminal, and passed on by npm.
const secondSignalMs = 500;

const say = (text: string): void => {
  process.stdout.write(text);
};

const complain = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const portOf = (text: string): number => {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= portMax && text.trim() !== "") return port;
  throw new StartupFault(`PORT is "${text}", which is no port.`, "Try: PORT=3001 npm start");
};

const fail = (error: unknown): never => {
  if (!(error instanceof StartupFault)) throw error;
  complain(`\nEverfold cannot start. ${error.message}\n\n${error.wayOut}\n`);
  process.exit(1);
};

const parentCheckMs = 250;

/**
 * Tells when the shell that npm has put in between is gone: a signal to npm ends that shell, which passes nothing on.
 */
const onOrphaned = (act: () => void): void => {
  if (process.env.npm_lifecycle_event !== "start") return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, parentCheckMs);
  timer.unref();
};

/** Stops cleanly on the first signal, at once on a later one. */
const stopOnSignals = (system: Pick<System, "stop">): void => {
  let stoppedAt: number | undefined;
  const onSignal = (): void => {
    if (stoppedAt !== undefined) {
      if (Date.now() - stoppedAt < secondSignalMs) return;
      complain("Stopped at once; the next start goes on from what was acknowledged.");
      process.exit(1);
    }
    stoppedAt = Date.now();
    say("\nStopping...\n");
    void system.stop().then(() => {
      say("Stopped.\n");
      process.exit(0);
    });
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  onOrphaned(() => {
    if (stoppedAt === undefined) onSignal();
  });
};

const start = async (): Promise<void> => {
  const engine = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  const corsOrigins = corsOriginsFrom(process.env.CORS_ORIGINS ?? "");
  const system = await startSystem({
    port: portOf(process.env.PORT ?? "3000"),
    dataDir: process.env.DATA_DIR || ".everfold",
    corsOrigins,
    background: startBackgroundApart,
    log: complain,
  });
  stopOnSignals(system);
  void system.died.then(async (error) => {
    complain(`\n${error.message}\nStopping; start again to go on from what was acknowledged.`);
    await system.stop();
    process.exit(1);
  });
  const { url, dataDir } = system;
  say(welcome({ url, dataDir, token: await system.token("alice"), engine, corsOrigins }));
};

await start().catch(fail);
