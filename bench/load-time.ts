import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

// What Lambda's runtime does with an `index.js` that is no ES module.
const loader = `
const began = performance.now();
require(process.argv[2]);
process.stdout.write(String(performance.now() - began), () => process.exit(0));
`;

/** Measures in processes of their own how long modules take to load, in milliseconds. */
export const createLoadTimer = (
  folder: string,
  environment: Readonly<Record<string, string>>,
): ((path: string) => Promise<number>) => {
  const script = join(folder, "load.cjs");
  writeFileSync(script, loader);
  return async (path) => {
    const { stdout } = await run(process.execPath, [script, path], { env: { ...environment } });
    return Number(stdout);
  };
};
