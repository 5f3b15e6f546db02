import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../lib/domains/index.ts";
import { accessPage } from "./access-page.ts";
import { scalingPage } from "./scaling-page.ts";

const docs = join(import.meta.dirname, "../../docs");

writeFileSync(join(docs, "access.md"), accessPage(registry));
process.stdout.write("wrote      docs/access.md\n");
const scaling = join(docs, "scaling.md");
writeFileSync(scaling, scalingPage(readFileSync(scaling, "utf8")));
process.stdout.write("wrote      docs/scaling.md\n");
