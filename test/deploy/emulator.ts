import type { ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { endGroup, startGroup } from "./process-group.ts";

/** A running AWS of one's own. */
export interface Emulator {
  /** What a program needs in its environment to take it for AWS, and to find `aws`; nothing of the caller's. */
  readonly environment: Readonly<Record<string, string>>;
  /** File with what it says. */
  readonly log: string;
  /** Stops it and the functions that it runs. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("emulator.py", import.meta.url));
const startMs = 60_000;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

const answers = (port: number, ca: string): Promise<boolean> =>
  new Promise((resolve) => {
    const options = { host: "127.0.0.1", port, path: "/_ministack/health", ca };
    const sent = request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.once("error", () => resolve(false));
    sent.end();
  });

/** The end of a file, for whoever wonders. */
export const endOf = async (file: string, lines = 15): Promise<string> =>
  (await readFile(file, "utf8")).trimEnd().split("\n").slice(-lines).join("\n");

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

const untilReady = async (child: ChildProcess, port: number, certificate: string, log: string) => {
  for (const deadline = Date.now() + startMs; Date.now() < deadline; await sleep(200)) {
    if (isOver(child)) break;
    const ca = await readFile(certificate, "utf8").catch(() => undefined);
    if (ca !== undefined && (await answers(port, ca))) return;
  }
  throw new Error(`The emulator did not start:\n${await endOf(log)}`);
};

/**
 * Starts the emulator on a free port of the loopback interface, over TLS and with IAM in force. It keeps what it writes
 * below the folder; `bin` has its programs.
 */
export const startEmulator = async (bin: string, folder: string): Promise<Emulator> => {
  const port = await freePort();
  const home = join(folder, "home");
  const scratch = join(folder, "emulator");
  const certificate = join(scratch, "ministack-tls", "server.crt");
  const log = join(folder, "emulator.log");
  await Promise.all([mkdir(home), mkdir(scratch)]);
  // Where the CDK looks for a user's own defaults: the assembly is none of this checkout's.
  await writeFile(join(home, ".cdk.json"), JSON.stringify({ output: join(folder, "cdk.out") }));
  const credentials = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  const child = startGroup(join(bin, "python"), [program], {
    env: {
      ...{ PATH, HOME: home, TMPDIR: scratch, ...credentials, ...quiet },
      ...{ BIND_HOST: "127.0.0.1", MINISTACK_HOST: "127.0.0.1", GATEWAY_PORT: `${port}` },
      ...{ AUTH: "true", USE_SSL: "1", SSL_CERT_FILE: certificate, IOT_MTLS_ENABLED: "0" },
      ...{ S3_DATA_DIR: join(scratch, "s3"), STATE_DIR: join(scratch, "state") },
    },
    // It ends by itself when this process is gone, and the pipe with it.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const written = createWriteStream(log);
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(written);
  const stop = (): Promise<void> => endGroup(child);
  try {
    await untilReady(child, port, certificate, log);
  } catch (error) {
    await stop();
    throw error;
  }
  const environment = {
    ...{ PATH, HOME: home, ...credentials, ...quiet },
    ...{ AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1" },
    ...{ AWS_ENDPOINT_URL: `https://127.0.0.1:${port}`, AWS_EC2_METADATA_DISABLED: "true" },
    ...{
      NODE_EXTRA_CA_CERTS: certificate,
      AWS_CA_BUNDLE: certificate,
      CURL_CA_BUNDLE: certificate,
    },
    ...{ CDK_DISABLE_VERSION_CHECK: "1", NO_COLOR: "1" },
  };
  return { environment, log, stop };
};
