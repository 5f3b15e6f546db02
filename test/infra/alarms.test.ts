import { existsSync, readFileSync } from "node:fs";
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { templateWith } from "./synthesize.ts";

interface Alarm {
  readonly Properties: {
    readonly AlarmDescription: string;
    readonly AlarmActions: readonly { readonly Ref: string }[];
    readonly TreatMissingData: string;
  };
}

const template = templateWith({ stage: "prod", alarmEmail: "ops@example.org" });
const alarms = Object.entries(
  template.findResources("AWS::CloudWatch::Alarm") as Record<string, Alarm>,
).map(([id, { Properties }]) => ({
  name: id.replace(/^Alarms/, "").replace(/[0-9A-F]{8}$/, ""),
  ...Properties,
}));

const runbookOf = ({ AlarmDescription }: { readonly AlarmDescription: string }) =>
  / Runbook: docs\/runbooks\/([a-z-]+)\.md$/.exec(AlarmDescription)?.[1];

/** Every alarm of a stage, and the page that says what to do. */
const expected = {
  ApiErrors: "api-errors",
  ApiLatency: "api-latency",
  ApiThrottles: "throttles",
  AuditFindings: "audit-findings",
  BackgroundErrors: "function-errors",
  BackgroundThrottles: "throttles",
  ClockSkew: "clock-skew",
  ConflictRate: "conflict-rate",
  DeadLetters: "dead-letters",
  EventTableChanged: "event-table-changed",
  EventTableThrottles: "throttles",
  HttpErrors: "function-errors",
  HttpThrottles: "throttles",
  KeyQuota: "key-quota",
  KeySweep: "key-sweep",
  KeysRefused: "key-quota",
  KeyTampering: "key-tampering",
  ProjectorFailures: "failed-batches",
  ProjectorIteratorAge: "iterator-age",
  PublisherFailures: "failed-batches",
  PublisherIteratorAge: "iterator-age",
  ViewLag: "view-lag",
};

const pageAt = (page: string) => new URL(`../../docs/runbooks/${page}.md`, import.meta.url);
const own = (name: string, service: string) =>
  Match.objectLike({
    Namespace: "Everfold/prod",
    MetricName: name,
    Dimensions: [{ Name: "service", Value: service }],
  });

describe("the alarms of a stage", () => {
  test("are these, and each names its page of the runbooks", () => {
    expect(Object.fromEntries(alarms.map((alarm) => [alarm.name, runbookOf(alarm)]))).toEqual(
      expected,
    );
  });

  test("lead to a page that is there", () => {
    const pages = new Set(Object.values(expected));
    expect([...pages].filter((page) => !existsSync(pageAt(page)))).toEqual([]);
  });

  test.each([...new Set(Object.values(expected))])(
    "find on the page %s what it means, what to look at and what to do, with a call or a query to copy",
    (page) => {
      const text = readFileSync(pageAt(page), "utf8");
      for (const part of ["**What it means.**", "**What to look at.**", "**What to do"])
        expect(text).toContain(part);
      expect(text).toMatch(/^```(sh)?\n\S/m);
    },
  );

  test("are listed by their names, each beside its page", () => {
    const index = readFileSync(pageAt("README"), "utf8").split("\n");
    for (const [name, page] of Object.entries(expected))
      expect(
        index.filter((line) => line.includes(`\`${name}\``) && line.includes(`${page}.md`)),
      ).toHaveLength(1);
  });

  test("say what has happened in a sentence before that", () => {
    for (const { name, AlarmDescription } of alarms)
      expect(AlarmDescription, name).toMatch(/^[A-Z].{30,}\. Runbook: /);
  });

  test("tell whoever subscribed, and keep quiet when nothing is told", () => {
    for (const { AlarmActions, TreatMissingData } of alarms) {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^AlarmsTopic/) }]);
      expect(TreatMissingData).toBe("notBreaching");
    }
  });

  test.each([
    ["AuditProblems", "worker"],
    ["EventTableChanged", "projector"],
    ["KeysRefused", "command"],
    ["KmsKeys", "sweeper"],
    ["SweepFailures", "sweeper"],
    ["ViewLag", "projector"],
  ])("watch %s of the %s, of this stage only", (name, service) => {
    template.hasResourceProperties("AWS::CloudWatch::Alarm", own(name, service));
  });

  test("count every batch that is put aside, and every one that could not even be", () => {
    for (const name of ["Projector", "Publisher"])
      template.hasResourceProperties("AWS::CloudWatch::Alarm", {
        Metrics: Match.arrayWith([
          Match.objectLike({ Expression: "FILL(m0, 0) + FILL(m1, 0)" }),
          Match.objectLike({
            MetricStat: Match.objectLike({
              Metric: {
                Namespace: "AWS/Lambda",
                MetricName: "OnFailureDestinationDeliveredEventCount",
                Dimensions: [
                  {
                    Name: "EventSourceMappingUUID",
                    Value: { Ref: Match.stringLikeRegexp(`^${name}Mapping`) },
                  },
                ],
              },
            }),
          }),
        ]),
      });
  });

  test("know the share of commands that gave up, and say nothing of a handful", () => {
    const metric = (name: string) =>
      Match.objectLike({ MetricStat: Match.objectLike({ Metric: own(name, "command") }) });
    template.hasResourceProperties("AWS::CloudWatch::Alarm", {
      Threshold: 1,
      EvaluationPeriods: 2,
      Metrics: Match.arrayWith([
        Match.objectLike({
          Expression: [
            "IF((FILL(conflicts, 0) + FILL(accepted, 0) + FILL(refused, 0)) < 20, 0,",
            "100 * FILL(conflicts, 0) / (FILL(conflicts, 0) + FILL(accepted, 0) + FILL(refused, 0)))",
          ].join(" "),
        }),
        metric("Conflicts"),
        metric("Accepted"),
        metric("Refused"),
      ]),
    });
  });

  test("add no more metrics up than an alarm may", () => {
    for (const { Properties } of Object.values(template.findResources("AWS::CloudWatch::Alarm")))
      expect((Properties.Metrics ?? []).length).toBeLessThanOrEqual(10);
  });

  test("find a wrong clock in what the command function logs", () => {
    template.hasResourceProperties("AWS::Logs::MetricFilter", {
      FilterPattern: '"Clock skew:"',
      LogGroupName: { Ref: Match.stringLikeRegexp("^CommandLogs") },
      MetricTransformations: [
        Match.objectLike({ MetricName: "ClockSkewFaults", MetricNamespace: "Everfold/prod" }),
      ],
    });
  });
});

describe("whoever ends a key, brings one back, or changes who may use it", () => {
  test("is told of, unless it is a function whose duty that is", () => {
    template.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: {
        source: ["aws.kms"],
        "detail-type": ["AWS API Call via CloudTrail"],
        detail: {
          eventSource: ["kms.amazonaws.com"],
          eventName: [
            ...["DisableKey", "ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey"],
            ...["PutKeyPolicy", "TagResource", "UntagResource"],
          ],
          userIdentity: {
            sessionContext: {
              sessionIssuer: {
                arn: [
                  { exists: false },
                  {
                    "anything-but": {
                      prefix: {
                        "Fn::Join": ["", Match.arrayWith([":role/everfold/erasure/"])],
                      },
                    },
                  },
                ],
              },
            },
          },
        },
      },
      Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp("^AlarmsTopic") } })],
    });
  });
});

describe("the topic", () => {
  test("mails to the address that was given, and to nobody otherwise", () => {
    template.hasResourceProperties("AWS::SNS::Subscription", {
      Protocol: "email",
      Endpoint: "ops@example.org",
    });
    templateWith().resourceCountIs("AWS::SNS::Subscription", 0);
  });

  test("takes messages from this account's alarms", () => {
    template.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Allow",
            Action: "sns:Publish",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
          }),
        ]),
      },
    });
  });
});
