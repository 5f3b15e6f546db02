import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundling } from "../lib/infra/bundling.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A file that a function could be deployed as. */
export interface Bundle {
  readonly path: string;
  readonly bytes: number;
}

const lambdas = readdirSync(join(root, "lambdas"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(root, "lambdas", name), "utf8") }));

/** Names of all functions: of the entry points that export a handler. */
export const functionNames: readonly string[] = lambdas
  .filter(({ text }) => /^export const handler\b/m.test(text))
  .map(({ name }) => basename(name, ".ts"));

/** Names of the variables that functions are deployed with, besides those of tables. */
export const variableNames: readonly string[] = lambdas.flatMap(({ text }) =>
  [...text.matchAll(/\benvironment\("([A-Z_]+)"\)/g)].map(([, name = ""]) => name),
);

interface Source {
  readonly name: string;
  /** What the bundle begins with; the function's own entry point when absent. */
  readonly contents?: string;
  /** What stands in for packages; what the stack replaces when absent. */
  readonly alias?: Readonly<Record<string, string>>;
}

const bundle = async (
  folder: string,
  { name, contents, alias = bundling.alias }: Source,
): Promise<{ readonly bundle: Bundle; readonly inputs: readonly string[] }> => {
  const path = join(folder, name, "index.js");
  const { metafile } = await build({
    ...bundling,
    alias,
    bundle: true,
    platform: "node",
    absWorkingDir: root,
    outfile: path,
    metafile: true,
    ...(contents === undefined
      ? { entryPoints: [`lambdas/${name}.ts`] }
      : { stdin: { contents, resolveDir: root } }),
  });
  const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
  if (!output) throw new Error(`${name} became no file.`);
  const inputs = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { bundle: { path, bytes: output.bytes }, inputs: inputs.map(([input]) => input) };
};

const sdkModule =
  /^node_modules\/(@aws-sdk\/(?:client-[^/]+|lib-dynamodb))\/.*\/(\w+(?:Client|Command))\.js$/;

/** A module that loads the clients and commands that these files are of, makes the clients, and does nothing else. */
const sdkAlone = (inputs: readonly string[]): string => {
  const used = inputs.flatMap((path, index) => {
    const [, from = "", name = ""] = sdkModule.exec(path) ?? [];
    // Several packages have commands of the same name.
    return name === "" ? [] : [{ from, name, as: `used${index}` }];
  });
  const plain = used.find(({ name }) => name === "DynamoDBClient")?.as;
  const made = used
    .filter(({ name, as }) => name.endsWith("Client") && as !== plain)
    .map(({ name, as }) =>
      name === "DynamoDBDocumentClient" ? `${as}.from(new ${plain}({}))` : `new ${as}({})`,
    );
  return [
    ...used.map(({ from, name, as }) => `import { ${name} as ${as} } from "${from}";`),
    `export const used = [${used.map(({ as }) => as).join()}];`,
    `export const clients = [${made.join()}];`,
  ].join("\n");
};

/** A function, and what is of the SDK in it, both as the stack would deploy them. */
export interface FunctionBundles {
  readonly name: string;
  readonly whole: Bundle;
  readonly sdk: Bundle;
}

/** Bundles a function just as the stack does, and a module that only loads the SDK's clients that it uses. */
export const bundlesOf = async (folder: string, name: string): Promise<FunctionBundles> => {
  const whole = await bundle(folder, { name });
  const contents = sdkAlone(whole.inputs);
  const sdk = await bundle(folder, { name: `${name}.sdk`, contents, alias: {} });
  return { name, whole: whole.bundle, sdk: sdk.bundle };
};

/** A module that does nothing. */
export const emptyBundle = async (folder: string): Promise<Bundle> => {
  const contents = "export const handler = async () => undefined;";
  return (await bundle(folder, { name: "empty", contents })).bundle;
};
