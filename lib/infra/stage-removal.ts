import { CustomResource, Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import { erasurePath, runtimeFunction } from "./function.ts";
import type { StreamConsumer } from "./stream-consumer.ts";
import type { SubjectKeys } from "./subject-keys.ts";

/** What goes with the stage, and would stay if CloudFormation were left to itself. */
export interface StageRemovalProps {
  readonly stage: string;
  readonly subjectKeys: SubjectKeys;
  readonly consumers: readonly StreamConsumer[];
  /** What could still put something there; it goes first. */
  readonly sources: readonly Construct[];
}

/** Takes the keys of users and the objects of buckets along when an ephemeral stack is destroyed. */
export class StageRemoval extends Construct {
  constructor(scope: Construct, id: string, props: StageRemovalProps) {
    super(scope, id);
    const { stage, subjectKeys, consumers, sources } = props;
    const timeout = Duration.minutes(15);
    const fn = runtimeFunction(this, "Handler", {
      name: "stage-removal",
      stage,
      timeout,
      rolePath: erasurePath,
    });
    subjectKeys.grantRetire(fn);
    for (const consumer of consumers) consumer.grantEmptyFailures(fn);
    const removal = new CustomResource(this, "Removal", {
      resourceType: "Custom::StageRemoval",
      serviceToken: fn.functionArn,
      properties: { Buckets: consumers.map(({ failures }) => failures.bucketName) },
    });
    // Without its policy the function could do nothing, and a stack goes in the order of its dependencies.
    if (fn.role) removal.node.addDependency(fn.role);
    for (const source of sources) source.node.addDependency(removal);
  }
}
