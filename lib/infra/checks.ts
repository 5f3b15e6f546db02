import { type App, CfnResource, Stack, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from "cdk-nag";
import { acknowledgements } from "./acknowledgements.ts";

/** The packs of rules that a stack is held to, beside CloudFormation's own. */
export const rulePacks = (app: App): readonly NagPack[] => [
  new AwsSolutionsChecks(app),
  new ServerlessChecks(app),
];

const acknowledge = (stack: Stack): void => {
  const resources = new Map(
    stack.node
      .findAll()
      .filter((construct) => CfnResource.isCfnResource(construct))
      .map((resource) => [resource.node.path.slice(stack.node.path.length + 1), resource]),
  );
  for (const { rule, reason, at } of acknowledgements)
    for (const path of at) {
      const resource = resources.get(path);
      if (resource) Validations.of(resource).acknowledge({ id: rule, reason });
    }
};

/** Makes synthesis fail on any finding of the packs that is not acknowledged at its very resource. */
export const check = (app: App): void => {
  for (const child of app.node.children) if (Stack.isStack(child)) acknowledge(child);
  Validations.of(app).addPlugins(...rulePacks(app));
};
