import type { Node } from "constructs";
import { originsIn } from "../core/system/cors.ts";

/** An OpenID Connect provider whose tokens the API accepts. */
export interface Issuer {
  readonly url: string;
  readonly audience: readonly string[];
}

/** One KMS key for each user, or one for all. */
export type SubjectKeyMode = "per-user" | "shared";

/** What a deployment may choose, read from the CDK context (`-c stage=prod`). */
export interface Settings {
  /** Tells deployments in one account apart. */
  readonly stage: string;
  /** The provider of tokens; undefined: a Cognito user pool of the stack's own. */
  readonly issuer: Issuer | undefined;
  readonly subjectKeys: SubjectKeyMode;
  /** True: nothing is protected, and everything goes with the stack. */
  readonly ephemeral: boolean;
  /** Who gets a mail when an alarm goes off; undefined: nobody. */
  readonly alarmEmail: string | undefined;
  /** Pages in browsers that may call the API; none by default. */
  readonly corsOrigins: readonly string[];
}

const refused = (name: string, must: string, value: unknown): Error =>
  new Error(`Context ${name} must be ${must}, not ${JSON.stringify(value)}.`);

const text = (node: Node, name: string): string | undefined => {
  const value: unknown = node.tryGetContext(name);
  if (value === undefined || typeof value === "string") return value;
  throw refused(name, "a string", value);
};

const readStage = (node: Node): string => {
  const stage = text(node, "stage") ?? "dev";
  if (/^[a-z][a-z0-9-]{0,19}$/.test(stage)) return stage;
  throw refused("stage", "1 to 20 characters of a-z 0-9 - that start with a letter", stage);
};

const readIssuer = (node: Node): Issuer | undefined => {
  const url = text(node, "issuer");
  const audience = text(node, "audience");
  if (url === undefined && audience === undefined) return undefined;
  if (url === undefined || audience === undefined)
    throw new Error("Context issuer and audience go together: give both, or neither.");
  if (!/^https:\/\/[^\s?#]+$/.test(url)) throw refused("issuer", "an https URL", url);
  const parts = audience.split(",").map((part) => part.trim());
  if (parts.some((part) => part === ""))
    throw refused("audience", "one or more names, separated by commas", audience);
  return { url, audience: parts };
};

const readSubjectKeys = (node: Node): SubjectKeyMode => {
  const mode = text(node, "subjectKeys") ?? "per-user";
  if (mode === "per-user" || mode === "shared") return mode;
  throw refused("subjectKeys", '"per-user" or "shared"', mode);
};

const readFlag = (node: Node, name: string): boolean => {
  const value: unknown = node.tryGetContext(name) ?? false;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw refused(name, '"true" or "false"', value);
};

const readAlarmEmail = (node: Node): string | undefined => {
  const email = text(node, "alarmEmail");
  if (email === undefined || /^[^\s@,]+@[^\s@,]+$/.test(email)) return email;
  throw refused("alarmEmail", "one mail address", email);
};

const readCorsOrigins = (node: Node): readonly string[] => {
  const list = text(node, "corsOrigins");
  const origins = list === undefined ? [] : originsIn(list);
  if (origins) return origins;
  throw refused("corsOrigins", "origins (https://app.example.org), separated by commas", list);
};

/** Reads the settings of a deployment; throws an error that names the context value it cannot use. */
export const settingsFrom = (node: Node): Settings => ({
  stage: readStage(node),
  issuer: readIssuer(node),
  subjectKeys: readSubjectKeys(node),
  ephemeral: readFlag(node, "ephemeral"),
  alarmEmail: readAlarmEmail(node),
  corsOrigins: readCorsOrigins(node),
});
