import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { functionNames } from "../../bench/bundle.ts";
import { bundling } from "../../lib/infra/bundling.ts";

interface Bundled {
  readonly bytes: number;
  /** Files of which something is left. */
  readonly inputs: readonly string[];
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
  const inputs = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { bytes: output.bytes, inputs: inputs.map(([path]) => path) };
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

test.each(functionNames)(
  "%s says in English what does not fit, and carries no other language",
  async (name) => {
    const { inputs } = await bundle(name);
    const languages = inputs.filter((path) => path.startsWith("node_modules/zod/v4/locales/"));
    expect(languages).toEqual(["node_modules/zod/v4/locales/en.js"]);
    expect(inputs).toContain("lib/core/english.ts");
    expect(inputs.filter((path) => path.startsWith("node_modules/zod/v4/classic/"))).toEqual([]);
  },
);

test("a bundle leaves out what only other functions need", async () => {
  const { inputs } = await bundle("projector");
  expect(inputs).toContain("lib/core/view/project.ts");
  const others = /^lib\/core\/(audit|command|openapi)\/|\/(audits|rebuilds|idempotency)\.ts$/;
  expect(inputs.filter((path) => others.test(path))).toEqual([]);
});
