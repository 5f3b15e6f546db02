import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { newFiles } from "../../bin/new-domain/scaffold.ts";
import { root, sourcesIn, textOf } from "../sources.ts";
import { blocksIn, pages } from "./markdown.ts";

const run = promisify(execFile);

/** A folder where the TypeScript of pages stands as the pages do in the repository. */
const laidOut = async (modules: Readonly<Record<string, string>>): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), "everfold-test-"));
  for (const folder of ["lib", "node_modules"])
    await symlink(join(root, folder), join(home, folder));
  for (const [page, text] of Object.entries(modules)) {
    const path = join(home, page.replace(/\.md$/, ".ts"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${text}\nexport {};\n`);
  }
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
    include: ["**/*.ts"],
    exclude: ["lib", "node_modules"],
  };
  await writeFile(join(home, "tsconfig.json"), JSON.stringify(config));
  await writeFile(join(home, "package.json"), JSON.stringify({ type: "module" }));
  return home;
};

/** What the compiler says of pages, each a module of its own. */
const complaintsAbout = async (modules: Readonly<Record<string, string>>): Promise<string> => {
  const home = await laidOut(modules);
  try {
    await run(join(root, "node_modules/.bin/tsc"), ["--project", home], { cwd: home });
    return "";
  } catch (error) {
    const { stdout = "", stderr = "" }: { stdout?: string; stderr?: string } = Object(error);
    return stdout + stderr;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

const blocks = pages.flatMap((page) => blocksIn(page));
const sources = sourcesIn("lib", "lambdas", "local", "bin").map(textOf);

/** True for a block that quotes the code as it stands; what is quoted need not compile alone. */
const isQuote = (text: string): boolean => sources.some((source) => source.includes(text));

test("the TypeScript of each page compiles, its blocks one after the other", {
  timeout: 120_000,
}, async () => {
  const modules: Record<string, string> = {};
  for (const { page, language, shows, text } of blocks)
    if (language === "ts" && shows === "" && !isQuote(text))
      modules[page] = (modules[page] ?? "") + text;
  expect(Object.keys(modules)).toContain("docs/client.md");
  expect(Object.keys(modules)).toContain("docs/adding-a-domain.md");
  expect(await complaintsAbout(modules)).toBe("");
});

test("a page that does not compile is found", { timeout: 120_000 }, async () => {
  const wrong =
    'import { send } from "../lib/client/no-such-file.ts";\nexport const n: number = "1";';
  const complaints = await complaintsAbout({ "docs/wrong.md": wrong });
  expect(complaints).toContain("no-such-file.ts");
  expect(complaints).toContain("not assignable to type 'number'");
});

test("a block that shows a file of a new domain is what `npm run new-domain` writes", () => {
  const written = new Map(
    newFiles({ name: "parcel", collection: "parcels" }).map(({ path, text }) => [path, text]),
  );
  const shown = blocks.filter(({ shows }) => shows !== "");
  expect(shown.map(({ shows }) => shows)).toEqual([
    "lib/domains/parcel/parcel.ts",
    "lib/domains/parcel/counts.ts",
    "lib/domains/parcel/index.ts",
  ]);
  for (const { shows, text } of shown) expect(text).toBe(written.get(shows));
});
