import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { engineBinary } from "./engine-binary.ts";
import { createEngineFile } from "./engine-file.ts";
import { errorText, StartupFault } from "./startup-fault.ts";

/** Where the engine keeps its data: a file, or nothing that outlives it. */
export interface EngineOptions {
  readonly dbPath?: string;
}

/** A running engine. */
export interface Engine {
  readonly url: string;
  /** Its process. */
  readonly pid: number;
  /** Settles only when the engine ends without having been stopped. */
  readonly died: Promise<Error>;
  /** Ends the engine; what it has acknowledged is on disk. */
  stop(): Promise<void>;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

const host = "127.0.0.1";
const startMs = 10_000;
const stopMs = 5_000;
const portAttemptsMax = 5;
const wordsMax = 4_096;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || !address) throw new Error("There is no free port.");
  return address.port;
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** Collects what the engine says, for the message about its end. */
const listen = (child: Child): (() => string) => {
  let words = "";
  const hear = (chunk: Buffer): void => {
    words = (words + chunk.toString()).slice(-wordsMax);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return () => words.trim();
};

/**
 * A process that ends the engine when this one is gone, killed with -9 included: it waits for the end of a pipe that
 * nobody else holds. Windows has no such shell; there an engine may be left over, which harms no later start.
 */
const guard = (child: Child, leftover: string): (() => void) => {
  if (process.platform === "win32") return () => undefined;
  const script = 'read -r _; kill -KILL "$1"; [ -z "$2" ] || { sleep 1; rm -rf -- "$2"; }';
  const watcher = spawn("/bin/sh", ["-c", script, "sh", String(child.pid), leftover], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watcher.once("error", () => undefined);
  return () => watcher.kill("SIGKILL");
};

const spawnEngine = async (binary: string, port: number, path: string): Promise<Child> => {
  // A group of its own: Ctrl-C in a terminal reaches the whole group, and the engine has to be the last to end.
  const child = spawn(binary, ["serve", "--port", String(port), "--db-path", path], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  try {
    await once(child, "spawn");
    return child;
  } catch (error) {
    throw new StartupFault(
      `The DynamoDB engine cannot be run: ${errorText(error)}.`,
      `Is ${binary} an executable file for this machine? "npm install" puts it there again.`,
    );
  }
};

const untilReady = async (child: Child, port: number, words: () => string): Promise<boolean> => {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    if (words().includes("listening") && (await accepts(port))) return true;
    await sleep(3);
  }
  child.kill("SIGKILL");
  return false;
};

const launch = async (binary: string, path: string, leftover: string): Promise<Engine> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = await spawnEngine(binary, port, path);
    const words = listen(child);
    const exited = once(child, "exit");
    const release = guard(child, leftover);
    if (await untilReady(child, port, words)) return running(child, exited, port, words, release);
    release();
    if (attempt < portAttemptsMax && words().includes("already in use")) continue;
    throw new StartupFault(
      `The DynamoDB engine did not start on ${path}: ${words() || `silent for ${startMs} ms`}`,
      `Move ${dirname(path)} away to start empty, or name another directory: DATA_DIR=...`,
    );
  }
};

const running = (
  child: Child,
  exited: Promise<unknown>,
  port: number,
  words: () => string,
  release: () => void,
): Engine => {
  let stopped: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    const kill = setTimeout(() => child.kill("SIGKILL"), stopMs);
    child.kill("SIGTERM");
    await exited;
    clearTimeout(kill);
    release();
  };
  const died = exited.then(() => {
    if (stopped) return new Promise<never>(() => undefined);
    release();
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    return new Error(`The DynamoDB engine ended by itself (${how}): ${words()}`);
  });
  return {
    url: `http://${host}:${port}`,
    pid: child.pid ?? 0,
    died,
    stop: () => {
      stopped ??= child.exitCode === null && child.signalCode === null ? end() : Promise.resolve();
      return stopped;
    },
  };
};

/**
 * Starts the embedded DynamoDB engine on a free loopback port and waits until it answers. With `dbPath` its data stays
 * in that file: every acknowledged write is flushed to disk (SQLite in WAL mode with full synchronization), so that it
 * survives `kill -9` of this process and of the engine. Without, the data is gone once the engine has stopped. Refuses
 * when the platform has no engine, and when the file is not the engine's.
 */
export const startEngine = async ({ dbPath }: EngineOptions = {}): Promise<Engine> => {
  const binary = engineBinary();
  if (dbPath !== undefined) {
    await createEngineFile(dbPath);
    return launch(binary, dbPath, "");
  }
  // A file all the same: only a file can start out with the index that keeps streams fast.
  const home = await mkdtemp(join(tmpdir(), "everfold-engine-"));
  const remove = () => rm(home, { recursive: true, force: true });
  const path = join(home, "engine.db");
  try {
    await createEngineFile(path);
    const engine = await launch(binary, path, home);
    return { ...engine, stop: () => engine.stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
};
