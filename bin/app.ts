import { App } from "aws-cdk-lib";
import { registry } from "../lib/domains/index.ts";
import { check } from "../lib/infra/checks.ts";
import { EverfoldStack } from "../lib/infra/everfold-stack.ts";
import { settingsFrom } from "../lib/infra/settings.ts";

const app = new App();
const settings = settingsFrom(app.node);
new EverfoldStack(app, `everfold-${settings.stage}`, { registry, settings });
check(app);
