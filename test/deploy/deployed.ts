import * as z from "zod/mini";
import type { Cloud } from "./cloud.ts";

/** A stack as it is in the account. */
export interface Deployed {
  readonly stack: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Where its API is reached; `outputs.ApiUrl` is where AWS would have it. */
  readonly url: string;
  /** The physical name of a resource, by how its logical id begins and its type; one only. */
  nameOf(logicalId: string, type: string): string;
  /** All physical names of a type. */
  namesOf(type: string): readonly string[];
}

const Stacks = z.object({
  Stacks: z.array(
    z.object({ Outputs: z.array(z.object({ OutputKey: z.string(), OutputValue: z.string() })) }),
  ),
});

const Resources = z.object({
  StackResourceSummaries: z.array(
    z.object({
      LogicalResourceId: z.string(),
      PhysicalResourceId: z.string(),
      ResourceType: z.string(),
    }),
  ),
});

/** The emulator has every API under one address, by its id. */
const addressOf = (apiUrl = ""): string => {
  const [id = ""] = new URL(apiUrl).hostname.split(".");
  return `${process.env.AWS_ENDPOINT_URL}/_aws/execute-api/${id}/$default`;
};

/** Looks up a stack. */
export const lookUp = async (cloud: Cloud, stack: string): Promise<Deployed> => {
  const StackName = { StackName: stack };
  const { Stacks: found } = await cloud.ask(Stacks, "cloudformation", "describe_stacks", StackName);
  const outputs = Object.fromEntries(
    found.flatMap(({ Outputs }) =>
      Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    ),
  );
  const { StackResourceSummaries: resources } = await cloud.ask(
    ...[Resources, "cloudformation", "list_stack_resources", StackName],
  );
  return {
    stack,
    outputs,
    url: addressOf(outputs.ApiUrl),
    nameOf: (logicalId, type) => {
      const [only, ...others] = resources.filter(
        ({ LogicalResourceId: id, ResourceType }) =>
          id.startsWith(logicalId) && ResourceType === type,
      );
      if (!only || others.length > 0)
        throw new Error(`${stack} has ${others.length + (only ? 1 : 0)} of ${logicalId}, ${type}.`);
      return only.PhysicalResourceId;
    },
    namesOf: (type) =>
      resources
        .filter(({ ResourceType }) => ResourceType === type)
        .map(({ PhysicalResourceId }) => PhysicalResourceId),
  };
};
