import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Registry } from "../core/registry.ts";
import { systemTables } from "../core/tables.ts";
import { Api } from "./api.ts";
import { Auditor } from "./auditor.ts";
import { Auth, type UserDirectory } from "./auth.ts";
import { Caretaker } from "./caretaker.ts";
import { EventStore } from "./event-store.ts";
import { createHttpFunctions, fallback, type Stores } from "./http-functions.ts";
import { Idempotency } from "./idempotency.ts";
import { Projector } from "./projector.ts";
import { Publisher } from "./publisher.ts";
import type { Settings } from "./settings.ts";
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
    const { stage, issuer, subjectKeys: mode, ephemeral } = settings;
    super(scope, id, {
      description: `Everfold, stage ${stage}: commands, events, views.`,
      terminationProtection: !ephemeral,
      tags: { "everfold:stage": stage },
    });
    checkTables(registry);
    const stores: Stores = {
      eventStore: new EventStore(this, "EventStore", { ephemeral }),
      idempotency: new Idempotency(this, "Idempotency", { ephemeral }),
      subjectKeys: new SubjectKeys(this, "SubjectKeys", { stage, mode, ephemeral }),
      views: new Views(this, "Views", { views: registry.views, ephemeral }),
      viewControl: new ViewControl(this, "ViewControl", { ephemeral }),
      workQueue: new WorkQueue(this, "WorkQueue"),
    };
    new Projector(this, "Projector", { stage, ephemeral, ...stores });
    new Worker(this, "Worker", { stage, ...stores });
    new Caretaker(this, "Caretaker", { stage, ...stores });
    new Auditor(this, "Auditor", { stage, ...stores });
    new Publisher(this, "Publisher", { stage, ephemeral, ...stores });
    new Sweeper(this, "Sweeper", { stage, ...stores });
    const auth = new Auth(this, "Auth", { issuer, ephemeral });
    const api = new Api(this, "Api", {
      routes: registry.routes,
      functions: this.createFunctions(registry.routes, stores, stage),
      fallback,
      authorizer: auth.authorizer,
    });
    new CfnOutput(this, "ApiUrl", { value: api.url });
    if (auth.users) this.tellUsers(auth.users, api.url);
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
        '--auth-parameters "USERNAME=$EMAIL,PASSWORD=$PASSWORD"',
        "--query AuthenticationResult.AccessToken --output text",
      )})`,
      Step3FirstCall: `curl -H "Authorization: Bearer $TOKEN" ${url}accounts`,
    };
    const outputs = { UserPoolId: userPoolId, UserPoolClientId: userPoolClientId, ...steps };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
