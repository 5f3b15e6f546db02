import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the repository is. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** What is made or fetched, not written. */
const notOurs = new Set([
  ".git",
  ".everfold",
  "cdk.out",
  "coverage",
  "node_modules",
  "package-lock.json",
]);

const walk = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (notOurs.has(entry.name)) return [];
    if (entry.isDirectory()) return walk(path);
    return entry.isFile() ? [path] : [];
  });

/** Every file that somebody wrote, by its path from the root. */
export const files: readonly string[] = walk("");

/** A file's text. */
export const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** Every TypeScript file under these folders. */
export const sourcesIn = (...folders: readonly string[]): readonly string[] =>
  files.filter(
    (path) => path.endsWith(".ts") && folders.some((folder) => path.startsWith(`${folder}/`)),
  );
