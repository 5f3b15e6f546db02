import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../lib/domains/index.ts";
import { accessPage } from "./access-page.ts";

writeFileSync(join(import.meta.dirname, "../../docs/access.md"), accessPage(registry));
process.stdout.write("wrote      docs/access.md\n");
