import { describe, expect, test } from "vitest";
import { templateWith } from "./synthesize.ts";

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly markdown?: string; readonly alarms?: readonly string[] };
}

const template = templateWith();
const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
const parts: readonly unknown[] = dashboard?.Properties.DashboardBody["Fn::Join"][1];
const body = parts.map((part) => (typeof part === "string" ? part : "x")).join("");
const { widgets }: { widgets: readonly Widget[] } = JSON.parse(body);

describe("the dashboard", () => {
  test("goes in rows from what users feel down to what only operators see", () => {
    const titles = widgets.flatMap(({ properties }) => {
      const title = /^## (.+)\n/.exec(properties.markdown ?? "")?.[1];
      return title ?? [];
    });
    expect(titles).toEqual([
      "Service level",
      "API",
      "Commands",
      "Event table",
      "Stream and views",
      "Queues",
      "Keys",
      "Erasure",
    ]);
  });

  test("has something under every heading, side by side, and nothing over anything", () => {
    const rows = new Map<number, Widget[]>();
    for (const widget of widgets) rows.set(widget.y, [...(rows.get(widget.y) ?? []), widget]);
    for (const row of rows.values())
      expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
    expect(rows.size).toBe(16);
  });

  test("shows every alarm", () => {
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect(shown.length).toBe(Object.keys(template.findResources("AWS::CloudWatch::Alarm")).length);
  });

  test("shows commands that had to be tried again, and those that gave up", () => {
    for (const name of ["Retries", "Conflicts"])
      expect(body).toContain(`"Everfold/dev","${name}","service","command"`);
    expect(body).toContain("ConditionalCheckFailedRequests");
  });
});
