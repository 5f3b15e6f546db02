import { setImmediate as breathe } from "node:timers/promises";
import type { Commit } from "../lib/core/log/commit.ts";
import { accountHistory } from "./histories.ts";
import { importCommits } from "./import-commits.ts";

/** Accounts of as many events each, one event a commit, as commands would have made them. */
async function* accounts(
  streams: number,
  eventsPerStream: number,
  progress: (done: number) => void,
): AsyncGenerator<Commit> {
  for (let at = 0; at < streams; at++) {
    yield* accountHistory(String(at), `owner-${at}`, eventsPerStream);
    progress((at + 1) / streams);
    await breathe();
  }
}

/** Makes a database file, in an empty directory, whose log holds accounts; answers its path. */
export const seedLog = async (
  home: string,
  streams: number,
  eventsPerStream: number,
  progress: (done: number) => void,
): Promise<string> =>
  (await importCommits(home, accounts(streams, eventsPerStream, progress))).dbPath;
