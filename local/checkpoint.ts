import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod/mini";

/** How far a shard was delivered: the last sequence number ("" for none), and whether the shard is at its end. */
export interface Position {
  readonly sequence: string;
  readonly closed: boolean;
}

/** How far a mapping has delivered its stream, kept in a file. */
export interface Checkpoint {
  get(shard: string): Position | undefined;
  /** Moves on; the file holds the new position, as a whole, once this has returned. */
  set(shard: string, position: Position): Promise<void>;
}

const File = z.object({
  stream: z.string(),
  shards: z.record(z.string(), z.object({ sequence: z.string(), closed: z.boolean() })),
});

const readShards = async (path: string, stream: string): Promise<Map<string, Position>> => {
  try {
    const file = File.parse(JSON.parse(await readFile(path, "utf8")));
    return new Map(file.stream === stream ? Object.entries(file.shards) : []);
  } catch {
    return new Map();
  }
};

/**
 * Opens the positions of a mapping on a stream. A file that is missing, broken or about another stream means the start
 * of the stream: what was delivered before is then delivered again, which every consumer of a stream bears. For the
 * same reason the file is not flushed to disk; after `kill -9` it is whole, after a power cut it may be old.
 */
export const openCheckpoint = async (path: string, stream: string): Promise<Checkpoint> => {
  await mkdir(dirname(path), { recursive: true });
  const shards = await readShards(path, stream);
  let saved: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    const draft = `${path}.draft`;
    await writeFile(draft, JSON.stringify({ stream, shards: Object.fromEntries(shards) }));
    await rename(draft, path);
  };
  return {
    get: (shard) => shards.get(shard),
    set: (shard, position) => {
      shards.set(shard, position);
      saved = saved.catch(() => undefined).then(save);
      return saved;
    },
  };
};
