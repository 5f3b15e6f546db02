import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./startup-fault.ts";

const ownerOnly = 0o600;

/** The text of a file, which only its owner may read from then on; undefined when there is none. */
export const readPrivateFile = async (path: string): Promise<string | undefined> => {
  try {
    const file = await open(path);
    try {
      await file.chmod(ownerOnly);
      return await readFile(file, "utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
};

const flushDirectory = async (path: string): Promise<void> => {
  // Windows cannot open a directory, and renames durably by itself.
  if (process.platform === "win32") return;
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/**
 * Replaces a file as a whole, readable by its owner only: after a crash at any point it holds the
 * old text or the new one, and the new one for certain once this has returned.
 */
export const writePrivateFile = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.draft`;
  const file = await open(draft, "w", ownerOnly);
  try {
    await file.chmod(ownerOnly);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await flushDirectory(dirname(path));
};
