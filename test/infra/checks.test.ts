import { readFileSync } from "node:fs";
import { App, Stack } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";
import { afterEach, describe, expect, test, vi } from "vitest";
import { acknowledgements } from "../../lib/infra/acknowledgements.ts";
import { check, rulePacks } from "../../lib/infra/checks.ts";
import { appWith, stackWith } from "./synthesize.ts";

/** What the packs find when nothing is acknowledged: pack, rule and resource. */
const findingsOf = (options: Readonly<Record<string, unknown>>): readonly string[] => {
  const { root } = stackWith(options).node;
  if (!App.isApp(root)) throw new Error("The stack is in no app.");
  return rulePacks(root).flatMap((pack) =>
    pack
      .validateScope(root)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(
          (resource) =>
            `${pack.name}::${ruleName} ${String(resource.constructPath).slice("everfold/".length)}`,
        ),
      ),
  );
};

const listed = acknowledgements.flatMap(({ rule, at }) => at.map((path) => `${rule} ${path}`));
const everything = {
  ephemeral: "true",
  corsOrigins: "https://app.example.org",
  alarmEmail: "ops@example.org",
};
const stages = [
  {},
  everything,
  { subjectKeys: "shared", issuer: "https://id.example.org", audience: "web" },
];
const found = stages.map((options) => new Set(findingsOf(options)));

describe("what the rule packs find", () => {
  test.each(stages.map((options, index) => [JSON.stringify(options), found[index] ?? new Set()]))(
    "is acknowledged at its very resource: %s",
    (_, findings) => {
      expect([...findings].filter((finding) => !listed.includes(String(finding)))).toEqual([]);
      expect(findings.size).toBeGreaterThan(20);
    },
  );

  test("is all that is acknowledged: none covers more, and none is obsolete", () => {
    const all = new Set(found.flatMap((findings) => [...findings]));
    expect(listed.filter((each) => !all.has(each))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  test("has a reason, in a sentence", () => {
    for (const { rule, reason } of acknowledgements)
      expect(reason, rule).toMatch(/^[A-Z].{20,}\.$/);
  });
});

describe("synthesis", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  const synthesizing = (enforceSSL: boolean) => {
    vi.stubEnv("CDK_VALIDATION", undefined);
    vi.spyOn(console, "error").mockReturnValue();
    vi.spyOn(console, "log").mockReturnValue();
    const app = appWith({ "@aws-cdk/core:validateAgainstDefaultRules": false });
    new Topic(new Stack(app, "everfold"), "Topic", { enforceSSL });
    check(app);
    return () => app.synth();
  };

  test("fails on a finding that nobody has acknowledged", () => {
    expect(synthesizing(false)).toThrow(/[Vv]alidation/);
  });

  test("passes when there is none", () => {
    expect(synthesizing(true)).not.toThrow();
  });

  test("is checked whenever the app is deployed", () => {
    const app = readFileSync(new URL("../../bin/app.ts", import.meta.url), "utf8");
    expect(app).toMatch(/^check\(app\);$/m);
  });
});
