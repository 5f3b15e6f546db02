import { playHistory, playMoney, playOptimism, playRepeats } from "./demo/accounts.ts";
import { playAudit, playErasure, playRebuild } from "./demo/operations.ts";
import { playCart, playDocument, playLikes, playPlayback, playRide } from "./demo/others.ts";
import { createStage } from "./demo/stage.ts";

const plays = [
  playMoney,
  playRepeats,
  playHistory,
  playOptimism,
  playRide,
  playLikes,
  playCart,
  playPlayback,
  playDocument,
  playErasure,
  playRebuild,
  playAudit,
];

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const fail = (reason: string): never => {
  process.stderr.write(`\n${reason}\n`);
  process.exit(1);
};

const url = (process.argv[2] ?? process.env.EVERFOLD_URL ?? "http://localhost:3000").replace(
  /\/+$/,
  "",
);

const isThere = async (): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
};

if (!(await isThere()))
  fail(
    `No Everfold answers at ${url}. Start one with \`npm start\`; then, in another shell: npm run demo [url]`,
  );

print(`Everfold at ${url}. What follows happens there, to people and things made for it.`);
const stage = createStage(url, print);
for (const play of plays) {
  try {
    await play(stage);
  } catch (error) {
    fail(`The play was broken off: ${error instanceof Error ? error.message : String(error)}`);
  }
}
const bad = stage.disappointments();
if (bad > 0) fail(`${bad} things were not as they should be.`);
print("\nEverything was as it should be.");
