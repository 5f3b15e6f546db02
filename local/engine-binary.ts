import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { StartupFault } from "./startup-fault.ts";

const { resolve } = createRequire(import.meta.url);

/**
 * Path of the embedded engine's program for a platform. Refuses, with a way out, when the platform's package is not
 * installed: such packages are optional, and not every registry has them all.
 */
export const engineBinary = (
  platform: string = process.platform,
  architecture: string = process.arch,
): string => {
  const name = `@dynoxide/${platform}-${architecture}`;
  try {
    const home = dirname(resolve(`${name}/package.json`));
    return join(home, platform === "win32" ? "dynoxide.exe" : "dynoxide");
  } catch {
    throw new StartupFault(
      `There is no DynamoDB engine for this machine: the package ${name} is not installed.`,
      [
        `Run "npm install --include=optional"; if your registry does not have ${name},`,
        "run any other engine that speaks DynamoDB and its streams, and name it:",
        "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 npm start",
      ].join("\n"),
    );
  }
};
