import { Duration } from "aws-cdk-lib";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { HttpFunction, Route } from "../core/system/route.ts";
import type { EventStore } from "./event-store.ts";
import { erasurePath, runtimeFunction } from "./function.ts";
import type { Idempotency } from "./idempotency.ts";
import type { SubjectKeys } from "./subject-keys.ts";
import type { ViewControl } from "./view-control.ts";
import type { Views } from "./views.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Everything that functions are granted. */
export interface Stores {
  readonly eventStore: EventStore;
  readonly idempotency: Idempotency;
  readonly subjectKeys: SubjectKeys;
  readonly views: Views;
  readonly viewControl: ViewControl;
  readonly workQueue: WorkQueue;
}

/** What a function that answers HTTP may do, and how long it may take. */
interface Duty {
  readonly timeout: Duration;
  readonly rolePath?: string;
  grant(fn: LambdaFunction, stores: Stores): void;
}

const duties: Readonly<Record<HttpFunction, Duty>> = {
  command: {
    timeout: Duration.seconds(15),
    grant: (fn, { eventStore, idempotency, subjectKeys }) => {
      eventStore.grantAppend(fn);
      idempotency.grantKeep(fn);
      subjectKeys.grantSeal(fn);
    },
  },
  query: {
    timeout: Duration.seconds(15),
    grant: (fn, { eventStore, subjectKeys, viewControl, views }) => {
      eventStore.grantRead(fn);
      viewControl.grantList(fn);
      views.grantRead(fn);
      subjectKeys.grantOpen(fn);
    },
  },
  people: {
    timeout: Duration.seconds(29),
    rolePath: erasurePath,
    grant: (fn, { subjectKeys }) => subjectKeys.grantErase(fn),
  },
  operations: {
    timeout: Duration.seconds(29),
    grant: (fn, { eventStore, viewControl, workQueue }) => {
      eventStore.grantRead(fn);
      viewControl.grantAudit(fn);
      viewControl.grantOperate(fn);
      workQueue.grantRedrive(fn);
    },
  },
};

/** Answers what no route matches, so that an unknown path gets the same kind of error as everything else. */
export const fallback = "query" satisfies HttpFunction;

/** Makes the functions that the routes name, and the fallback, each with the grants of its duty. */
export const createHttpFunctions = (
  scope: Construct,
  routes: readonly Route[],
  stores: Stores,
  stage: string,
): ReadonlyMap<HttpFunction, LambdaFunction> => {
  const names = new Set<HttpFunction>([fallback, ...routes.map(({ handler }) => handler)]);
  const created = [...names].map((name): [HttpFunction, LambdaFunction] => {
    const { grant, ...settings } = duties[name];
    const id = name.charAt(0).toUpperCase() + name.slice(1);
    const fn = runtimeFunction(scope, id, { name, stage, ...settings });
    grant(fn, stores);
    return [name, fn];
  });
  return new Map(created);
};
