import { Duration } from "aws-cdk-lib";
import {
  type Alarm,
  Dashboard as CloudWatchDashboard,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { rowsOf, width } from "./dashboard-rows.ts";
import type { Signals } from "./signals.ts";

/** What is shown. */
export interface DashboardProps {
  readonly signals: Signals;
  readonly alarms: readonly Alarm[];
}

/** How a stage is doing, in rows from what users feel down to what only operators see. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { signals, alarms }: DashboardProps) {
    super(scope, id);
    const dashboard = new CloudWatchDashboard(this, "Dashboard", {
      defaultInterval: Duration.hours(3),
    });
    for (const { title, says, graphs } of rowsOf(signals, alarms)) {
      dashboard.addWidgets(new TextWidget({ markdown: `## ${title}\n${says}`, width, height: 2 }));
      dashboard.addWidgets(...graphs);
    }
  }
}
