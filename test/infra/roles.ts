import type { Template } from "aws-cdk-lib/assertions";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

interface Policy {
  readonly Properties: {
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
    readonly Roles: readonly { readonly Ref: string }[];
  };
}

/** A logical id without the hash that the CDK adds. */
export const plainId = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, "");

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

const describe = (resource: unknown): string => {
  if (typeof resource === "string") return resource;
  const [[intrinsic, argument] = []] = Object.entries(resource as Record<string, unknown>);
  if (intrinsic === "Fn::GetAtt") return (argument as [string, string]).map(plainId).join(".");
  if (intrinsic === "Ref") return plainId(String(argument));
  if (intrinsic === "Fn::Join") return (argument as [string, unknown[]])[1].map(describe).join("");
  throw new Error(`Unknown form of a resource: ${JSON.stringify(resource)}`);
};

/** What each role of a template may do: actions by resource, by role, all in plain words and sorted. */
export const rolesIn = (template: Template): Record<string, Record<string, string[]>> => {
  const roles: Record<string, Record<string, string[]>> = {};
  const policies = template.findResources("AWS::IAM::Policy") as Record<string, Policy>;
  for (const { Properties } of Object.values(policies))
    for (const { Ref } of Properties.Roles) {
      const role = plainId(Ref);
      const granted = roles[role] ?? {};
      roles[role] = granted;
      for (const { Effect, Action, Resource } of Properties.PolicyDocument.Statement)
        for (const resource of listOf(Resource).map(describe)) {
          const actions = listOf(Action).map((action) =>
            Effect === "Allow" ? action : `!${action}`,
          );
          granted[resource] = [...(granted[resource] ?? []), ...actions].sort();
        }
    }
  return roles;
};
