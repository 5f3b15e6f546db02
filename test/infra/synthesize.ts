import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { registry } from "../../lib/domains/index.ts";
import { EverfoldStack, type EverfoldStackProps } from "../../lib/infra/everfold-stack.ts";
import { settingsFrom } from "../../lib/infra/settings.ts";

// `npm run synth` validates and bundles; here both would only cost time.
process.env.CDK_VALIDATION = "false";

const cdkJson = new URL("../../cdk.json", import.meta.url);
const { context: flags }: { context: Record<string, unknown> } = JSON.parse(
  readFileSync(cdkJson, "utf8"),
);

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

// Test files share a process that is ended without notice: what it leaves, the next one removes.
const prefix = "everfold-synth-";
const scratch = join(tmpdir(), `${prefix}${process.pid}`);
for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix)))
  if (!isAlive(Number(name.slice(prefix.length))))
    rmSync(join(tmpdir(), name), { recursive: true, force: true });

const outputDirectory = (): string => {
  mkdirSync(scratch, { recursive: true });
  return mkdtempSync(join(scratch, "app-"));
};

/** The app as the command line would make it with these `-c` options. */
export const appWith = (options: Readonly<Record<string, unknown>> = {}): App =>
  new App({
    outdir: outputDirectory(),
    context: { ...flags, "aws:cdk:bundling-stacks": [], ...options },
  });

/** The stack that is deployed with these `-c` options. */
export const stackWith = (
  options: Readonly<Record<string, unknown>> = {},
  parts: EverfoldStackProps["registry"] = registry,
): EverfoldStack => {
  const app = appWith(options);
  return new EverfoldStack(app, "everfold", { registry: parts, settings: settingsFrom(app.node) });
};

const templates = new Map<string, Template>();

/** The template that is deployed with these `-c` options, made once a process: read it only. */
export const templateWith = (options: Readonly<Record<string, unknown>> = {}): Template => {
  const key = JSON.stringify(options);
  const template = templates.get(key) ?? Template.fromStack(stackWith(options));
  templates.set(key, template);
  return template;
};
