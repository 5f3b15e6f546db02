import { Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Match, Rule, RuleTargetInput } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Subscription, SubscriptionProtocol, Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { erasurePath } from "./function.ts";
import type { Signals } from "./signals.ts";
import type { Runbook, Watch } from "./watch.ts";
import { watchesOf } from "./watches.ts";

/** What is watched, and who is told. */
export interface AlarmsProps {
  readonly signals: Signals;
  /** Undefined: alarms go off, and nobody gets a mail. */
  readonly email: string | undefined;
}

/**
 * Calls of KMS after which values cannot be read any more, or what was erased can: directly, or because a key's policy or
 * our tags, which say who may use it for what, are others.
 */
const keyChanges = [
  ...["DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey"],
  ...["PutKeyPolicy", "TagResource", "UntagResource"],
];

const pageOf = (runbook: Runbook): string => `Runbook: docs/runbooks/${runbook}.md`;

/** The alarms of a stage: each says what has happened and which page of the runbooks says what to do. */
export class Alarms extends Construct {
  /** Tells whoever subscribes to it. */
  readonly topic: Topic;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { signals, email }: AlarmsProps) {
    super(scope, id);
    this.topic = this.createTopic(email);
    const { ruleName } = this.createTampering();
    this.alarms = watchesOf(signals, ruleName).map((watch) => this.createAlarm(watch));
  }

  private createTopic(email: string | undefined): Topic {
    const topic = new Topic(this, "Topic", { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    );
    if (email !== undefined)
      new Subscription(this, "Mail", {
        topic,
        protocol: SubscriptionProtocol.EMAIL,
        endpoint: email,
      });
    return topic;
  }

  /** Matches whoever ends a key, brings one back or changes it, but for the functions whose duty that is, of any stage. */
  private createTampering(): Rule {
    const ours = Stack.of(this).formatArn({
      service: "iam",
      region: "",
      resource: "role",
      resourceName: erasurePath.slice(1),
    });
    return new Rule(this, "Tampering", {
      description: "A KMS key is ended, brought back or changed by a stranger.",
      eventPattern: {
        source: ["aws.kms"],
        detailType: ["AWS API Call via CloudTrail"],
        detail: {
          eventSource: ["kms.amazonaws.com"],
          eventName: keyChanges,
          userIdentity: {
            sessionContext: {
              sessionIssuer: {
                arn: Match.anyOf(Match.doesNotExist(), Match.anythingButPrefix(ours)),
              },
            },
          },
        },
      },
      targets: [
        new SnsTopic(this.topic, {
          message: RuleTargetInput.fromMultilineText(
            `A KMS key was ended, brought back or changed. ${pageOf("key-tampering")}`,
          ),
        }),
      ],
    });
  }

  private createAlarm({ id, runbook, says, metric, above, periods = 1 }: Watch): Alarm {
    const alarm = new Alarm(this, id, {
      alarmDescription: `${says} ${pageOf(runbook)}`,
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }
}
