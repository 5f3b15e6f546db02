import * as z from "zod/mini";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";
import { StartupFault } from "./startup-fault.ts";

const Key = z.strictObject({
  id: z.uuid(),
  createdAt: z.number(),
  description: z.string(),
  state: z.enum(["Enabled", "Disabled", "PendingDeletion"]),
  /** Milliseconds since the epoch from which the key is destroyed. */
  deletionAt: z.optional(z.number()),
  tags: z.record(z.string(), z.string()),
  /** 32 bytes as base64; goes with the key. */
  material: z.string(),
});

/** A KMS key as it is kept. */
export type Key = z.output<typeof Key>;

const Keys = z.strictObject({ keys: z.array(Key) });

/** The keys of a local KMS. */
export interface KeyFile {
  /** A key by its id; undefined when there is none, or it is destroyed. */
  get(id: string): Key | undefined;
  all(): readonly Key[];
  /**
   * Changes one key (`undefined`: a new one, which is not there yet); answers once the change is on
   * disk.
   */
  change(id: string, change: (key: Key | undefined) => Key): Promise<Key>;
  /** Answers once all changes are on disk. */
  settled(): Promise<void>;
}

const parse = (path: string, text: string): readonly Key[] => {
  try {
    return Keys.parse(JSON.parse(text)).keys;
  } catch {
    // The cause is not passed on: its text may quote key material.
    throw new StartupFault(
      `${path} does not hold the keys of a local KMS.`,
      "Restore it from a copy, or start on another directory (DATA_DIR=...): " +
        "without its keys the personal data beside it cannot be read.",
    );
  }
};

const isAlive = ({ deletionAt }: Key): boolean => !(deletionAt && deletionAt <= Date.now());

/**
 * Opens the file that holds the keys, for its owner only. A change is seen by nobody before it is
 * on disk, for what is encrypted under a lost key is lost. Refuses a file that it cannot read.
 */
export const openKeyFile = async (path: string): Promise<KeyFile> => {
  const text = await readPrivateFile(path);
  let keys = new Map((text === undefined ? [] : parse(path, text)).map((key) => [key.id, key]));
  let last: Promise<unknown> = Promise.resolve();
  const write = async (next: ReadonlyMap<string, Key>): Promise<void> => {
    // What is due goes for good with whatever is written next.
    const kept = [...next.values()].filter(isAlive);
    await writePrivateFile(path, JSON.stringify({ keys: kept }));
    keys = new Map(kept.map((key) => [key.id, key]));
  };
  const apply = async (id: string, change: (key: Key | undefined) => Key): Promise<Key> => {
    const current = keys.get(id);
    const changed = change(current && isAlive(current) ? current : undefined);
    await write(new Map([...keys, [id, changed]]));
    return changed;
  };
  if ([...keys.values()].some((key) => !isAlive(key))) await write(keys);
  return {
    get: (id) => {
      const key = keys.get(id);
      return key && isAlive(key) ? key : undefined;
    },
    all: () => [...keys.values()].filter(isAlive),
    change: (id, change) => {
      const changed = last.then(() => apply(id, change));
      last = changed.catch(() => undefined);
      return changed;
    },
    settled: async () => {
      await last;
    },
  };
};
