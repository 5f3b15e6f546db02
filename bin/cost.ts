import { CostFault, helpText, type Invocation, invocationOf } from "./cost/arguments.ts";
import { prices, pricesOf } from "./cost/prices.ts";
import { priceText, reportOf, reportText, stepText } from "./cost/report.ts";
import { steps } from "./cost/steps.ts";

const answer = ({ shows, json, workload }: Invocation): string => {
  const print = (value: unknown, text: string): string =>
    json ? JSON.stringify(value, null, 2) : text;
  switch (shows) {
    case "help":
      return helpText();
    case "prices":
      return print({ of: pricesOf, prices }, priceText());
    case "steps":
      return print(steps(workload), stepText(workload));
    case "report": {
      const report = reportOf(workload);
      return print(report, reportText(report));
    }
  }
};

try {
  process.stdout.write(`${answer(invocationOf(process.argv.slice(2)))}\n`);
} catch (error) {
  if (!(error instanceof CostFault)) throw error;
  process.stderr.write(`${error.message} \`npm run cost -- --help\` tells what can be said.\n`);
  process.exitCode = 2;
}
