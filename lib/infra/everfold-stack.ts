import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Registry } from "../core/domain/registry.ts";
import { systemTables } from "../core/system/tables.ts";
import { Alarms } from "./alarms.ts";
import { Api } from "./api.ts";
import { Auditor } from "./auditor.ts";
import { Auth, type UserDirectory } from "./auth.ts";
import { Caretaker } from "./caretaker.ts";
import { Dashboard } from "./dashboard.ts";
import { EventStore } from "./event-store.ts";
import { createHttpFunctions, fallback, type Stores } from "./http-functions.ts";
import { Idempotency } from "./idempotency.ts";
import { Projector } from "./projector.ts";
import { Publisher } from "./publisher.ts";
import { Rescuer } from "./rescuer.ts";
import type { Settings } from "./settings.ts";
import { Signals, type SignalsProps } from "./signals.ts";
import { StageRemoval } from "./stage-removal.ts";
import { SubjectKeys } from "./subject-keys.ts";
import { Sweeper } from "./sweeper.ts";
import { ViewControl } from "./view-control.ts";
import { Views } from "./views.ts";
import { WorkQueue } from "./work-queue.ts";
import { Worker } from "./worker.ts";

/** What the stack deploys, and how. */
export interface EverfoldStackProps {
  /** The part of the registry that the stack is made from. */
  readonly registry: Pick<Registry, "tables" | "routes" | "views">;
  readonly settings: Settings;
}

/** Refuses a registry with a table that no construct of the stack makes. */
const checkTables = ({ tables, views }: EverfoldStackProps["registry"]): void => {
  const made = new Set(
    [...systemTables, ...views.map(({ table }) => table)].map(({ name }) => name),
  );
  const homeless = tables.find(({ name }) => !made.has(name));
  if (homeless) throw new Error(`Table ${homeless.name} has no construct in the stack.`);
};

/** Everything that a stage of Everfold consists of: one stack, so that a bare `cdk deploy` deploys it. */
export class EverfoldStack extends Stack {
  constructor(scope: Construct, id: string, { registry, settings }: EverfoldStackProps) {
    const { stage, issuer, subjectKeys: mode, ephemeral, alarmEmail, corsOrigins } = settings;
    super(scope, id, {
      description: `Everfold, stage ${stage}: commands, events, views.`,
      terminationProtection: !ephemeral,
      tags: { "everfold:stage": stage },
    });
    checkTables(registry);
    const { routes, views } = registry;
    const stores: Stores = {
      eventStore: new EventStore(this, "EventStore", { ephemeral }),
      idempotency: new Idempotency(this, "Idempotency", { ephemeral }),
      subjectKeys: new SubjectKeys(this, "SubjectKeys", { stage, mode, ephemeral }),
      views: new Views(this, "Views", { views, ephemeral }),
      viewControl: new ViewControl(this, "ViewControl", { ephemeral }),
      workQueue: new WorkQueue(this, "WorkQueue"),
    };
    const readSide = this.createReadSide(stage, ephemeral, stores);
    const auth = new Auth(this, "Auth", { issuer, ephemeral });
    const functions = createHttpFunctions(this, routes, stores, stage);
    const { authorizer } = auth;
    const api = new Api(this, "Api", { routes, functions, fallback, authorizer, corsOrigins });
    if (ephemeral) this.takeAlong(stage, stores, readSide.consumers, functions);
    const signals = new Signals(this, "Signals", {
      stage,
      http: functions,
      api,
      ...readSide,
      ...stores,
    });
    const { alarms, topic } = new Alarms(this, "Alarms", { signals, email: alarmEmail });
    new Dashboard(this, "Overview", { signals, alarms });
    new CfnOutput(this, "ApiUrl", { value: api.url });
    new CfnOutput(this, "AlarmTopic", { value: topic.topicArn });
    if (auth.users) this.tellUsers(auth.users, api.url);
  }

  /** The functions that nobody waits for. */
  private createReadSide(stage: string, ephemeral: boolean, stores: Stores) {
    const projector = new Projector(this, "Projector", { stage, ephemeral, ...stores });
    const worker = new Worker(this, "Worker", { stage, ...stores });
    const caretaker = new Caretaker(this, "Caretaker", { stage, ...stores });
    const auditor = new Auditor(this, "Auditor", { stage, ...stores });
    const publisher = new Publisher(this, "Publisher", { stage, ephemeral, ...stores });
    const sweeper = new Sweeper(this, "Sweeper", { stage, ...stores });
    publisher.grantPublish(worker.function);
    const consumers = { projector, publisher };
    const rescuer = new Rescuer(this, "Rescuer", {
      ...{ stage, consumers: Object.values(consumers) },
      ...stores,
    });
    const all = { projector, worker, caretaker, auditor, publisher, sweeper, rescuer };
    return {
      consumers,
      background: new Map(Object.entries(all).map(([name, each]) => [name, each.function])),
    };
  }

  /** Removes with the stack what CloudFormation would leave, once nothing makes more of it. */
  private takeAlong(
    stage: string,
    { subjectKeys }: Stores,
    { projector, publisher }: SignalsProps["consumers"],
    functions: SignalsProps["http"],
  ): void {
    const consumers = [projector, publisher];
    const command = functions.get("command");
    const mappings = consumers.map(({ mapping }) => mapping);
    new StageRemoval(this, "StageRemoval", {
      stage,
      subjectKeys,
      consumers,
      sources: [...mappings, ...(command ? [command] : [])],
    });
  }

  /** Ids and the commands that come next: a first admin, a token, a first call. */
  private tellUsers({ pool, client }: UserDirectory, url: string): void {
    const { userPoolId } = pool;
    const { userPoolClientId } = client;
    const admin = (command: string, ...options: string[]) =>
      [`aws cognito-idp admin-${command} --user-pool-id ${userPoolId}`, ...options].join(" ");
    const user = '--username "$EMAIL"';
    const steps = {
      Step1CreateAdmin: [
        admin("create-user", user, "--message-action SUPPRESS"),
        admin("set-user-password", user, '--password "$PASSWORD" --permanent'),
        admin("add-user-to-group", user, "--group-name admin"),
      ].join(" && "),
      Step2GetToken: `TOKEN=$(${admin(
        "initiate-auth",
        `--client-id ${userPoolClientId} --auth-flow ADMIN_USER_PASSWORD_AUTH`,
        // As JSON: in the short form a comma in the password would end it.
        '--auth-parameters "{\\"USERNAME\\":\\"$EMAIL\\",\\"PASSWORD\\":\\"$PASSWORD\\"}"',
        "--query AuthenticationResult.AccessToken --output text",
      )})`,
      Step3FirstCall: `curl -H "Authorization: Bearer $TOKEN" ${url}accounts`,
    };
    const outputs = { UserPoolId: userPoolId, UserPoolClientId: userPoolClientId, ...steps };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
