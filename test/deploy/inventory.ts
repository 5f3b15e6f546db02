import * as z from "zod/mini";
import type { Cloud } from "./cloud.ts";

const Strings = z.array(z.string());
const named = (name: string) =>
  z.pipe(
    z.array(z.looseObject({ [name]: z.string() })),
    z.transform((items) => items.map((item) => `${item[name]}`)),
  );

/** Everything of an account that an operation lists, by the list's name in the answer. */
const kinds = [
  ["dynamodb", "list_tables", "TableNames", Strings, {}],
  ["lambda", "list_functions", "Functions", named("FunctionName"), {}],
  ["lambda", "list_event_source_mappings", "EventSourceMappings", named("UUID"), {}],
  ["logs", "describe_log_groups", "logGroups", named("logGroupName"), {}],
  ["sqs", "list_queues", "QueueUrls", Strings, {}],
  ["sns", "list_topics", "Topics", named("TopicArn"), {}],
  ["events", "list_event_buses", "EventBuses", named("Name"), {}],
  ["events", "list_rules", "Rules", named("Name"), {}],
  ["iam", "list_roles", "Roles", named("RoleName"), {}],
  ["s3", "list_buckets", "Buckets", named("Name"), {}],
  ["apigatewayv2", "get_apis", "Items", named("ApiId"), {}],
  ["cognito-idp", "list_user_pools", "UserPools", named("Id"), { MaxResults: 60 }],
  ["cloudwatch", "describe_alarms", "MetricAlarms", named("AlarmName"), {}],
  ["cloudwatch", "list_dashboards", "DashboardEntries", named("DashboardName"), {}],
] as const;

const Keys = z.object({ Keys: z.array(z.object({ KeyId: z.string() })) });
const Key = z.object({
  KeyMetadata: z.object({ KeyState: z.string(), KeyManager: z._default(z.string(), "CUSTOMER") }),
});
const Tags = z.object({ Tags: z.array(z.object({ TagKey: z.string(), TagValue: z.string() })) });

/** A KMS key of a stage. */
export interface StageKey {
  readonly id: string;
  /** `Enabled`, `Disabled`, `PendingDeletion`. */
  readonly state: string;
}

/** The KMS keys that carry the tag of a stage. */
export const keysOf = async (cloud: Cloud, stage: string): Promise<readonly StageKey[]> => {
  const keys: StageKey[] = [];
  for (const { KeyId } of (await cloud.ask(Keys, "kms", "list_keys")).Keys) {
    const { Tags: tags } = await cloud.ask(Tags, "kms", "list_resource_tags", { KeyId });
    const isOurs = tags.some((tag) => tag.TagKey === "everfold:stage" && tag.TagValue === stage);
    if (!isOurs) continue;
    const { KeyMetadata } = await cloud.ask(Key, "kms", "describe_key", { KeyId });
    keys.push({ id: KeyId, state: KeyMetadata.KeyState });
  }
  return keys;
};

/** Everything that an account has, each by its kind and name; KMS keys, which outlive their end, apart. */
export const inventory = async (cloud: Cloud): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const [service, operation, list, items, input] of kinds) {
    const shape = z.looseObject({ [list]: z.optional(items) });
    const answer = await cloud.ask(shape, service, operation, input);
    const names = Strings.parse(answer[list] ?? []);
    found.push(...names.map((name) => `${service} ${name}`));
  }
  return found.sort();
};
