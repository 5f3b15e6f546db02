import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StartupFault } from "./startup-fault.ts";

/** A file of JSON records, one a line, that only grows at its end or is replaced as a whole. */
export interface Journal {
  /** Records in the file. */
  readonly length: number;
  /** Answers once the records are with the operating system: they survive the death of this process. */
  append(records: readonly object[]): void;
  /** Replaces everything; after a crash at any point the file holds the old records or the new ones. */
  rewrite(records: readonly object[]): void;
  close(): void;
}

const ownerOnly = 0o600;

const toLines = (records: readonly object[]): Buffer =>
  Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));

const writeAll = (file: number, bytes: Buffer, position: number): void => {
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
};

const readRecords = <T>(path: string, text: string, parse: (record: unknown) => T): T[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line, index) => {
      try {
        return parse(JSON.parse(line));
      } catch {
        throw new StartupFault(
          `Line ${index + 1} of ${path} is damaged.`,
          "Move the file away to start without what it holds; the log of events is not in it.",
        );
      }
    });

/**
 * Opens a journal and hands over what it holds. A last line that a crash cut short was never acknowledged, and is
 * dropped; any other line that does not parse is refused.
 */
export const openJournal = <T>(
  path: string,
  parse: (record: unknown) => T,
): { readonly journal: Journal; readonly records: readonly T[] } => {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, constants.O_RDWR | constants.O_CREAT, ownerOnly);
  const bytes = readFileSync(path);
  const records = readRecords(path, bytes.toString("utf8"), parse);
  let end = bytes.lastIndexOf("\n") + 1;
  let length = records.length;
  const journal: Journal = {
    get length() {
      return length;
    },
    append: (added) => {
      const lines = toLines(added);
      try {
        writeAll(file, lines, end);
      } catch (error) {
        // Half a line would make one unreadable line of the next one.
        ftruncateSync(file, end);
        throw error;
      }
      end += lines.length;
      length += added.length;
    },
    rewrite: (kept) => {
      const lines = toLines(kept);
      const draft = openSync(`${path}.draft`, "w", ownerOnly);
      writeAll(draft, lines, 0);
      fsyncSync(draft);
      renameSync(`${path}.draft`, path);
      closeSync(file);
      file = draft;
      end = lines.length;
      length = kept.length;
    },
    close: () => closeSync(file),
  };
  return { journal, records };
};
