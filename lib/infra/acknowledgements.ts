/** A finding of the rule packs that stands, where, and why. */
export interface Acknowledgement {
  /** Pack and rule. */
  readonly rule: string;
  readonly reason: string;
  /** Paths of resources below the stack; one that a stage does not have is skipped. */
  readonly at: readonly string[];
}

const http = ["Command", "Query", "People", "Operations"];
const streams = ["Projector/Handler", "Publisher/Handler"];
const scheduled = ["Caretaker/Handler", "Auditor/Handler", "Sweeper/Handler"];
const functions = [
  ...[...http, ...streams, ...scheduled],
  ...["Worker/Handler", "Rescuer/Handler", "StageRemoval/Handler"],
];
const policiesOf = (homes: readonly string[]): readonly string[] =>
  homes.map((home) => `${home}/Role/DefaultPolicy/Resource`);

const wildcard = (resource: string): string =>
  `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`;

/**
 * Everything that the packs find and that stays as it is. What a role may do on `*` is listed, action by action, in the
 * test of the roles, so that the wildcards below cover nothing that is added later.
 */
export const acknowledgements: readonly Acknowledgement[] = [
  {
    rule: wildcard("*"),
    reason:
      "X-Ray, kms:ListKeys, kms:CreateKey and kms:TagResource of a new key know no resource; the latter two are limited by tags.",
    at: policiesOf(functions),
  },
  {
    rule: wildcard("arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*"),
    reason:
      "Users' keys are made while the stack runs; every use is limited to the tags of this stage, but for reading tags.",
    at: policiesOf(["Command", "Query", "People", "Sweeper/Handler", "StageRemoval/Handler"]),
  },
  {
    rule: wildcard("<ProjectorFailures0865377C.Arn>/*"),
    reason: "Lambda chooses the names of the objects, in this one bucket.",
    at: policiesOf(["Projector/Handler", "Rescuer/Handler", "StageRemoval/Handler"]),
  },
  {
    rule: wildcard("<PublisherFailures439487BC.Arn>/*"),
    reason: "Lambda chooses the names of the objects, in this one bucket.",
    at: policiesOf(["Publisher/Handler", "Rescuer/Handler", "StageRemoval/Handler"]),
  },
  {
    rule: "AwsSolutions::AwsSolutions-S1",
    reason:
      "Lambda writes these buckets and one function reads them; a third bucket of logs would tell nothing more.",
    at: ["Projector/Failures/Resource", "Publisher/Failures/Resource"],
  },
  {
    rule: "AwsSolutions::AwsSolutions-COG2",
    reason: "Users may turn on MFA; whether they must is for whoever runs the pool.",
    at: ["Auth/Users/Resource"],
  },
  {
    rule: "AwsSolutions::AwsSolutions-COG8",
    reason:
      "The plus plan costs per user and month; whoever needs it brings a provider of their own.",
    at: ["Auth/Users/Resource"],
  },
  {
    rule: "AwsSolutions::AwsSolutions-APIG4",
    reason:
      "Health and the API's description are open by contract; a browser asks for CORS without a token.",
    at: [
      "Api/Http/GET--health/Resource",
      "Api/Http/GET--openapi.json/Resource",
      "Api/Http/OPTIONS--{proxy+}/Resource",
    ],
  },
  {
    rule: "Serverless::Serverless-SQSRedrivePolicy",
    reason: "It is the dead-letter queue itself.",
    at: ["WorkQueue/DeadLetters/Resource"],
  },
  {
    rule: "Serverless::Serverless-LambdaDLQ",
    reason:
      "Requests, streams and the work queue have failure paths of their own; the next run of a schedule, the auditor and CloudFormation repeat what nobody waits for.",
    at: functions.map((home) => `${home}/Function/Resource`),
  },
  {
    rule: "Serverless::Serverless-LambdaEventSourceMappingDestination",
    reason: "A queue has no such destination: its dead-letter queue is the place.",
    at: ["Worker/Mapping/Resource"],
  },
  {
    rule: "Serverless::Serverless-LambdaAsyncFailureDestination",
    reason:
      "The event of a schedule carries nothing: the next run does the work, and an alarm tells.",
    at: scheduled.map((home) => `${home}/Function/EventInvokeConfig/Resource`),
  },
  {
    rule: "Serverless::Serverless-SNSRedrivePolicy",
    reason: "SNS tries a mail again by itself, and the dashboard shows every alarm, mailed or not.",
    at: ["Alarms/Mail/Resource"],
  },
  {
    rule: "Serverless::Serverless-EventBusDLQ",
    reason:
      "EventBridge tries for a day; after that the next run of a schedule, the auditor or an alarm of its own makes up for it.",
    at: [
      ...["Caretaker", "Auditor", "Sweeper"].map((name) => `${name}/Schedule/Resource`),
      "Rescuer/Failure/Resource",
      "Alarms/Tampering/Resource",
    ],
  },
];
