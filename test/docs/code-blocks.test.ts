import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newFiles } from "../../bin/new-domain/scaffold.ts";
import { root } from "../sources.ts";
import { blocksIn, pages } from "./markdown.ts";

const run = promisify(execFile);
let home: string;

/** What the compiler says of pages, each a module where the page stands. */
const complaintsAbout = async (modules: Readonly<Record<string, string>>): Promise<string> => {
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { noUnusedLocals: true, typeRoots: [join(root, "node_modules/@types")] },
    include: ["**/*.ts"],
    exclude: ["lib", "node_modules"],
  };
  await writeFile(join(home, "tsconfig.json"), JSON.stringify(config));
  for (const [page, text] of Object.entries(modules)) {
    const path = join(home, page.replace(/\.md$/, ".ts"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${text}\nexport {};\n`);
  }
  try {
    await run(join(root, "node_modules/.bin/tsc"), ["--project", home], { cwd: home });
    return "";
  } catch (error) {
    const { stdout = "", stderr = "" }: { stdout?: string; stderr?: string } = Object(error);
    return stdout + stderr;
  }
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "everfold-test-"));
  for (const folder of ["lib", "node_modules"])
    await symlink(join(root, folder), join(home, folder));
});

afterAll(() => rm(home, { recursive: true, force: true }));

const blocks = pages.flatMap((page) => blocksIn(page));

test("the TypeScript of each page compiles, its blocks one after the other", {
  timeout: 120_000,
}, async () => {
  const modules: Record<string, string> = {};
  for (const { page, language, shows, text } of blocks)
    if (language === "ts" && shows === "") modules[page] = (modules[page] ?? "") + text;
  expect(Object.keys(modules)).toContain("docs/client.md");
  expect(Object.keys(modules)).toContain("docs/adding-a-domain.md");
  expect(await complaintsAbout(modules)).toBe("");
});

test("a page that does not compile is found", { timeout: 120_000 }, async () => {
  const wrong =
    'import { send } from "../lib/client/no-such-file.ts";\nexport const n: number = "1";';
  const complaints = await complaintsAbout({ "docs/wrong.md": wrong });
  await rm(join(home, "docs/wrong.ts"));
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
