import { readFileSync } from "node:fs";
import { cpus, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { engineBinary } from "../local/engine-binary.ts";

const engineVersion = (): string => {
  const manifest = join(dirname(engineBinary()), "package.json");
  const { version }: { version?: string } = JSON.parse(readFileSync(manifest, "utf8"));
  return version ?? "of unknown version";
};

/** What a run was measured on, in a line that names no host and no path. */
export const machine = (): string => {
  const [first] = cpus();
  const processors = `${cpus().length} × ${first?.model.trim() ?? "unknown processor"}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const system = `${platform()} ${release().split("-")[0]}`;
  return `${processors}, ${memory}, ${system}, Node ${process.versions.node}, dynoxide ${engineVersion()}`;
};
