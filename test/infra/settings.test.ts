import { RootConstruct } from "constructs";
import { describe, expect, test } from "vitest";
import { settingsFrom } from "../../lib/infra/settings.ts";

const read = (context: Record<string, unknown>) => {
  const { node } = new RootConstruct();
  for (const [name, value] of Object.entries(context)) node.setContext(name, value);
  return settingsFrom(node);
};

describe("settings of a deployment", () => {
  test("are complete without any option", () => {
    expect(read({})).toEqual({
      stage: "dev",
      issuer: undefined,
      subjectKeys: "per-user",
      ephemeral: false,
      alarmEmail: undefined,
      corsOrigins: [],
    });
  });

  test("take every option as the command line gives it", () => {
    const options = {
      stage: "prod-2",
      issuer: "https://id.example.org/realms/main",
      audience: "web, mobile",
      subjectKeys: "shared",
      ephemeral: "true",
      alarmEmail: "ops@example.org",
      corsOrigins: "https://app.example.org, http://localhost:3000",
    };
    expect(read(options)).toEqual({
      stage: "prod-2",
      issuer: { url: "https://id.example.org/realms/main", audience: ["web", "mobile"] },
      subjectKeys: "shared",
      ephemeral: true,
      alarmEmail: "ops@example.org",
      corsOrigins: ["https://app.example.org", "http://localhost:3000"],
    });
  });

  test("take a flag from cdk.json, where it is no string", () => {
    expect(read({ ephemeral: true }).ephemeral).toBe(true);
    expect(read({ ephemeral: false }).ephemeral).toBe(false);
  });

  test.each([
    [{ stage: "Prod" }, "Context stage must be 1 to 20 characters of a-z 0-9 -"],
    [{ stage: "" }, 'not "".'],
    [{ stage: 7 }, "Context stage must be a string, not 7."],
    [{ issuer: "https://id.example.org" }, "issuer and audience go together"],
    [{ audience: "web" }, "issuer and audience go together"],
    [{ issuer: "http://id.example.org", audience: "web" }, "Context issuer must be an https URL"],
    [
      { issuer: "https://id.example.org", audience: "web,," },
      "Context audience must be one or more",
    ],
    [{ subjectKeys: "none" }, 'Context subjectKeys must be "per-user" or "shared", not "none".'],
    [{ alarmEmail: "ops" }, 'Context alarmEmail must be one mail address, not "ops".'],
    [{ alarmEmail: "a@example.org,b@example.org" }, "must be one mail address"],
    [{ corsOrigins: "app.example.org" }, "Context corsOrigins must be origins"],
    [{ corsOrigins: "https://app.example.org/" }, 'not "https://app.example.org/".'],
    [{ corsOrigins: "" }, "Context corsOrigins must be origins"],
    [{ ephemeral: "yes" }, 'Context ephemeral must be "true" or "false", not "yes".'],
  ])("refuse %j with the facts", (context, message) => {
    expect(() => read(context)).toThrow(message);
  });
});
