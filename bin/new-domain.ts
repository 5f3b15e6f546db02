import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { registry } from "../lib/domains/index.ts";
import { type NewFile, newFiles, registered, whyNot } from "./new-domain/scaffold.ts";

const root = join(import.meta.dirname, "..");
const usage = `Usage: npm run new-domain <name> [<plural>]

  npm run new-domain parcel            lib/domains/parcel, /parcels
  npm run new-domain delivery deliveries`;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const refuse = (reason: string): never => {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
};

const npm = (...parameters: readonly string[]): void => {
  execFileSync("npm", parameters, {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
};

const write = ({ path, text }: NewFile): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

const [name = "", collection = `${name}s`, ...others] = process.argv.slice(2);
if (name === "" || others.length > 0) refuse(usage);
const names = { name, collection };
const reason = whyNot(registry, names);
if (reason !== undefined) refuse(`${reason}\n\n${usage}`);
const files = newFiles(names);
const standing = files.find(({ path }) => existsSync(join(root, path)));
if (standing) refuse(`${standing.path} exists already.`);

const index = "lib/domains/index.ts";
const text = registered(readFileSync(join(root, index), "utf8"), names);
const written = [...files, { path: index, text }];
for (const file of written) write(file);
npm("exec", "--", "biome", "check", "--write", ...written.map(({ path }) => path));
npm("run", "schemas");

say(`A domain of ${collection}:\n`);
for (const { path } of files) say(`  ${path}`);
say(`  ${index} has one line more\n`);
say(`Its events and its state are published, JSON Schemas under test/schemas/${name}; what its views
make of examples, under test/views/${name}; its routes, in docs/openapi.json and docs/access.md.

  npm run check     passes as it is
  npm start         serves POST /${collection}/{id}/create and GET /${collection}/{id}

docs/adding-a-domain.md says how to make it yours.`);
