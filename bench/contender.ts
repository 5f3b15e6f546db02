import { createRequire } from "node:module";
import type { TableDefinition } from "../lib/core/system/table.ts";
import type { Deposit } from "./deposit.ts";
import type { Tally } from "./measured.ts";
import type { Surroundings } from "./surroundings.ts";

/** What became of a command: `crowded` when its own retries were used up by other writers. */
export type Outcome = "accepted" | "crowded";

/** A process of a contender: a client and a memory of its own, and no other knowledge of other processes. */
export interface Writer {
  /** What its client has used so far. */
  readonly tally: Tally;
  /** One command: loads the account, decides, appends one event; again on a conflict, as its authors want it. */
  deposit(id: string, deposit: Deposit): Promise<Outcome>;
  /** Writes an account with a history of so many events, as commands would have left it. */
  grow(id: string, length: number): Promise<void>;
  /** Closes its connections. */
  close(): void;
}

/** One way of carrying out commands. */
export interface Contender {
  readonly name: string;
  /** `warm`: a process remembers states, and a command begins with what it remembers. */
  readonly memory: "cold" | "warm";
  readonly tables: readonly TableDefinition[];
  /** A process that has just started, and talks to the engine that the SDK is pointed at. */
  start(surroundings: Surroundings): Writer;
}

const { resolve } = createRequire(import.meta.url);

const areInstalled = (): boolean => {
  try {
    return resolve("@castore/core") !== "";
  } catch {
    return false;
  }
};

/** Contenders that are not ours; none where `bench/package.json` was not installed. */
export const peers = async (): Promise<readonly Contender[]> => {
  if (!areInstalled()) return [];
  const modules = await Promise.all(
    ["castore", "event-store-adapter", "equinox"].map(
      (name): Promise<{ readonly contenders: readonly Contender[] }> =>
        import(`./peers/${name}.ts`),
    ),
  );
  return modules.flatMap(({ contenders }) => contenders);
};

/** The tables that contenders need, each once. */
export const tablesOf = (contenders: readonly Contender[]): readonly TableDefinition[] => [
  ...new Map(
    contenders.flatMap(({ tables }) => tables).map((table) => [table.name, table]),
  ).values(),
];
