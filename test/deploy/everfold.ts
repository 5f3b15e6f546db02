import type { Proof } from "./proof.ts";
import { paste } from "./shell.ts";

/** Runs the operator's program as an admin of the first stage; it must succeed. Answers what it prints. */
export const everfold = async ({ dev, cast }: Proof, command: string): Promise<string> =>
  paste(
    `export EVERFOLD_URL='${dev.url}' EVERFOLD_TOKEN='${await cast.tokenOf("root", ["admin"])}'`,
    `npx everfold ${command}`,
  );

/** The same, with what it prints for programs. */
export const everfoldJson = async (proof: Proof, command: string): Promise<unknown> =>
  JSON.parse(await everfold(proof, `${command} --json`));
