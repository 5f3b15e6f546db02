import { once } from "node:events";
import { constants } from "node:fs";
import { access, mkdir, open, readFile, realpath, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { errorCode, errorText, StartupFault } from "./startup-fault.ts";

/** A directory that this process alone works in. */
export interface DataDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  release(): Promise<void>;
}

/** Name of the file that says who works in the directory. */
export const lockFileName = "host.lock";

const host = "127.0.0.1";
const askMs = 2_000;
const attemptsMax = 3;
const settleMs = 50;
const Lock = z.object({ pid: z.number(), port: z.number() });
type Lock = z.output<typeof Lock>;

const makeDirectory = async (path: string): Promise<string> => {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(path);
  } catch (error) {
    throw new StartupFault(
      `The data directory ${path} cannot be used: ${errorText(error)}.`,
      "Name one that you may write to: DATA_DIR=/path/to/directory npm start",
    );
  }
};

/** Answers whoever asks which directory this process works in. */
const serveName = async (path: string): Promise<{ server: Server; port: number }> => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(path);
  });
  server.listen(0, host);
  await once(server, "listening");
  server.unref();
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("There is no free port.");
  return { server, port: address.port };
};

/** What a port says when asked; undefined when nothing listens there. */
const ask = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    let said = "";
    const socket = connect(port, host);
    socket.setTimeout(askMs, () => socket.destroy());
    socket.on("data", (chunk) => {
      said += chunk.toString();
    });
    socket.once("error", () => resolve(undefined));
    socket.once("close", () => resolve(said));
  });

const readLock = async (file: string): Promise<Lock | undefined> => {
  try {
    return Lock.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
};

const writeLock = async (file: string, lock: Lock): Promise<boolean> => {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(JSON.stringify(lock));
    await handle.close();
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
};

const acquire = async (path: string, file: string, port: number): Promise<void> => {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    if (await writeLock(file, { pid: process.pid, port })) return;
    const holder = (await readLock(file)) ?? (await sleep(settleMs).then(() => readLock(file)));
    // A process number alone may belong to anyone by now; only a living host answers with the directory's name.
    if (holder && (await ask(holder.port)) === path)
      throw new StartupFault(
        `Another local host (process ${holder.pid}) works in ${path}.`,
        `Stop it (kill ${holder.pid}), or start in another directory: DATA_DIR=.everfold-2 npm start`,
      );
    await rm(file, { force: true });
  }
  throw new StartupFault(`${file} cannot be taken over.`, "Delete the file and start again.");
};

/**
 * Makes the data directory if it is absent, readable by its owner only, and takes it for this process. What a killed
 * process left is taken over. Refuses a path that cannot be written, and a directory that a living host works in.
 */
export const openDataDirectory = async (named: string): Promise<DataDirectory> => {
  const path = await makeDirectory(named);
  const file = join(path, lockFileName);
  const { server, port } = await serveName(path);
  try {
    await acquire(path, file, port);
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    path,
    release: async () => {
      await rm(file, { force: true });
      server.close();
    },
  };
};
