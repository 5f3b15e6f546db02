import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { functionNames } from "../../bench/bundle.ts";
import { bundling } from "../../lib/infra/bundling.ts";

interface Bundled {
  readonly bytes: number;
  /** Files of which something is left. */
  readonly inputs: readonly string[];
  /** Those among them that others load when they need them. */
  readonly deferred: readonly string[];
}

const bundle = async (name: string): Promise<Bundled> => {
  const { metafile } = await build({
    ...bundling,
    entryPoints: [`lambdas/${name}.ts`],
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    bundle: true,
    platform: "node",
    outfile: "index.js",
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
  if (!output) throw new Error(`${name} became no file.`);
  const inputs = Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  const deferred = inputs
    .flatMap((path) => metafile.inputs[path]?.imports ?? [])
    .filter(({ kind, external }) => kind === "dynamic-import" && !external)
    .map(({ path }) => path);
  return { bytes: output.bytes, inputs, deferred };
};

describe("the bundle of command", () => {
  let command: Bundled;
  beforeAll(async () => {
    command = await bundle("command");
  });

  test("has at most 600 KB", () => {
    expect(command.bytes).toBeGreaterThan(100_000);
    expect(command.bytes).toBeLessThanOrEqual(600_000);
  });

  test("has traces and credentials of our own, and nothing of the SDK's search for credentials", () => {
    expect(command.inputs).toContain("lambdas/traces.ts");
    expect(command.inputs).toContain("lambdas/credentials.ts");
    const search = /@aws-sdk\/(nested-clients|token-providers|credential-provider)/;
    expect(command.inputs.filter((path) => search.test(path))).toEqual([]);
  });
});

describe.each(functionNames)("the bundle of %s", (name) => {
  let bundled: Bundled;
  beforeAll(async () => {
    bundled = await bundle(name);
  });
  const inputsLike = (pattern: RegExp) => bundled.inputs.filter((path) => pattern.test(path));

  test("says in English what does not fit, and carries no other language", () => {
    expect(inputsLike(/\/zod\/.*\/locales\//)).toEqual(["node_modules/zod/v4/locales/en.js"]);
    expect(bundled.inputs).toContain("lib/core/english.ts");
  });

  test("loads nothing later but what refuses streams of events", () => {
    expect(new Set(bundled.deferred)).toEqual(new Set(["lambdas/event-streams.ts"]));
    expect(inputsLike(/^node_modules\/.*\/event-streams\//)).toEqual([]);
  });

  test("has nothing of the SDK's cache of endpoints", () => {
    expect(inputsLike(/\/endpoint-cache\/|\/mnemonist\//)).toEqual([]);
  });
});

test("a bundle leaves out what only other functions need", async () => {
  const { inputs } = await bundle("projector");
  expect(inputs).toContain("lib/core/view/project.ts");
  const others = /^lib\/core\/(audit|command|openapi)\/|\/(audits|rebuilds|idempotency)\.ts$/;
  expect(inputs.filter((path) => others.test(path))).toEqual([]);
});
