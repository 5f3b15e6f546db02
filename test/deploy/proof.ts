import type { Cast } from "../../bin/demo/stage.ts";
import type { Cloud } from "./cloud.ts";
import type { Deployed } from "./deployed.ts";

/** What the chapters of the proof have in common: an account, and the first stage in it. */
export interface Proof {
  readonly cloud: Cloud;
  /** The stage that a bare `cdk deploy` makes. */
  readonly dev: Deployed;
  readonly cast: Cast;
}

/** Refuses to go on with what an earlier chapter did not bring about. */
export const given = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`${what} is not there: an earlier test has failed.`);
  return value;
};
