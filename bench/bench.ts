import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageFault, type Wish, wishOf } from "./arguments.ts";
import type { Target } from "./benchmark.ts";
import { benchmarks } from "./benchmarks.ts";
import { machine } from "./machine.ts";
import { withFindings } from "./page.ts";
import { findingsText, targetsText } from "./print.ts";
import { progressOn } from "./progress.ts";

const pagePath = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));
const names = benchmarks.map(({ name }) => name);

const help = `npm run bench -- [options]

  --only <name>[,<name>]  only these of ${names.join(", ")}
  --smoke                 small numbers: to see that everything runs, not to quote
  --write                 puts the tables into docs/benchmarks.md
  --targets               fails when a target is missed
  --help                  this text
`;

const runAll = async ({ names: wanted, scale, write }: Wish): Promise<readonly Target[]> => {
  const occasion = { date: new Date().toISOString().slice(0, 10), machine: machine() };
  process.stdout.write(`${occasion.machine}\n`);
  const targets: Target[] = [];
  for (const benchmark of benchmarks.filter(({ name }) => wanted.includes(name))) {
    const progress = progressOn(process.stderr);
    const show = (what: string, done: number) => progress.show(`${benchmark.name}: ${what}`, done);
    const findings = await benchmark.run({ scale, progress: show }).finally(progress.stop);
    process.stdout.write(`\n${findingsText(benchmark, findings)}\n`);
    targets.push(...findings.targets);
    if (write)
      writeFileSync(
        pagePath,
        withFindings(readFileSync(pagePath, "utf8"), benchmark, findings, occasion),
      );
  }
  process.stdout.write(`\n${targetsText(targets)}\n`);
  return targets;
};

const main = async (): Promise<void> => {
  const wish = wishOf(process.argv.slice(2), names);
  if (wish.help) {
    process.stdout.write(help);
    return;
  }
  const targets = await runAll(wish);
  if (wish.targets && targets.some(({ isMet }) => !isMet)) process.exitCode = 1;
};

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageFault)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
