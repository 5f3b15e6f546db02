import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Grant } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { keyPurpose, keyTags, userContext } from "../core/personal/key-service.ts";
import { subjectKeyTable } from "../core/system/tables.ts";
import { DataTable } from "./data-table.ts";
import type { SubjectKeyMode } from "./settings.ts";

/** How users' keys are kept. */
export interface SubjectKeysProps {
  readonly stage: string;
  readonly mode: SubjectKeyMode;
  readonly ephemeral: boolean;
}

type Conditions = Record<string, Record<string, unknown>>;

/** Only keys that this stage made for users. */
const ofThisStage = (stage: string): Conditions => ({
  StringEquals: {
    [`aws:ResourceTag/${keyTags.stage}`]: stage,
    [`aws:ResourceTag/${keyTags.purpose}`]: keyPurpose,
  },
});

/** Only with the user named in the encryption context. */
const forSomeone: Conditions = {
  Null: { [`kms:EncryptionContext:${userContext}`]: "false" },
};

/** New keys carry our three tags and no other; a key of another stage cannot be made one of ours. */
const taggedAsOurs = (stage: string): Conditions => ({
  StringEquals: {
    [`aws:RequestTag/${keyTags.stage}`]: stage,
    [`aws:RequestTag/${keyTags.purpose}`]: keyPurpose,
  },
  Null: { [`aws:RequestTag/${keyTags.claim}`]: "false" },
  "ForAllValues:StringEquals": { "aws:TagKeys": Object.values(keyTags) },
  StringEqualsIfExists: { [`aws:ResourceTag/${keyTags.stage}`]: stage },
});

/**
 * The users' keys: their table, and roles by duty. Who seals cannot open, who opens cannot make or destroy keys, and
 * who destroys keys can neither seal nor open. In shared mode, users who have a key of their own keep it.
 */
export class SubjectKeys extends Construct {
  readonly table: DataTable;
  /** The one KMS key of shared mode. */
  readonly sharedKey: Key | undefined;
  readonly #props: SubjectKeysProps;

  constructor(scope: Construct, id: string, props: SubjectKeysProps) {
    super(scope, id);
    const { mode, ephemeral } = props;
    this.#props = props;
    this.table = new DataTable(this, "Table", {
      definition: subjectKeyTable,
      ephemeral,
      // In shared mode a restored table would bring the keys of erased users back.
      recoverable: mode === "per-user",
    });
    this.sharedKey = mode === "shared" ? this.createSharedKey(ephemeral) : undefined;
  }

  /** Lets a function seal values: it may make keys, and can open nothing. */
  grantSeal(fn: LambdaFunction): void {
    const { stage, mode } = this.#props;
    this.address(fn, "GetItem", "PutItem", "DeleteItem", "ConditionCheckItem");
    // Neither action can be limited to keys that do not exist yet.
    if (mode === "per-user") this.allow(fn, ["CreateKey", "TagResource"], "*", taggedAsOurs(stage));
    this.allowUse(fn, "GenerateDataKey");
  }

  /** Lets a function open values, and nothing else. */
  grantOpen(fn: LambdaFunction): void {
    this.address(fn, "BatchGetItem");
    this.allowUse(fn, "Decrypt");
  }

  /** Lets a function forget a user. */
  grantErase(fn: LambdaFunction): void {
    const { stage } = this.#props;
    this.address(fn, "GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem");
    const actions = ["DescribeKey", "DisableKey", "ScheduleKeyDeletion"];
    this.allow(fn, actions, this.everyKey, ofThisStage(stage));
  }

  /** Lets a function finish what a crash left behind: keys without an owner, and users half forgotten. */
  grantSweep(fn: LambdaFunction): void {
    this.grantErase(fn);
    if (this.sharedKey) return;
    this.allow(fn, ["ListKeys"], "*");
    // Not by tag: each key of somebody else would be a refusal in the account's audit trail, every hour.
    this.allow(fn, ["ListResourceTags"], this.everyKey);
  }

  /** Lets a function take all keys of the stage along when the stage goes. */
  grantRetire(fn: LambdaFunction): void {
    const { stage } = this.#props;
    this.allow(fn, ["ListKeys"], "*");
    this.allow(fn, ["ListResourceTags"], this.everyKey);
    this.allow(fn, ["DescribeKey", "ScheduleKeyDeletion"], this.everyKey, ofThisStage(stage));
  }

  private createSharedKey(ephemeral: boolean): Key {
    return new Key(this, "SharedKey", {
      description: "Wraps the data keys of all users.",
      enableKeyRotation: true,
      pendingWindow: Duration.days(ephemeral ? 7 : 30),
      removalPolicy: ephemeral ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
  }

  private get everyKey(): string {
    return Stack.of(this).formatArn({ service: "kms", resource: "key", resourceName: "*" });
  }

  /** Tells a function which table and which key, and lets it use the table. */
  private address(fn: LambdaFunction, ...actions: readonly string[]): void {
    this.table.allow(fn, ...actions);
    fn.addEnvironment("SUBJECT_KEYS", this.#props.mode);
    if (this.sharedKey) fn.addEnvironment("SHARED_KEY_ID", this.sharedKey.keyId);
  }

  private allowUse(fn: LambdaFunction, action: string): void {
    const { stage } = this.#props;
    this.allow(fn, [action], this.everyKey, { ...ofThisStage(stage), ...forSomeone });
    if (this.sharedKey) this.allow(fn, [action], this.sharedKey.keyArn, forSomeone);
  }

  private allow(
    fn: LambdaFunction,
    actions: readonly string[],
    resource: string,
    conditions: Conditions = {},
  ): void {
    Grant.addToPrincipal({
      grantee: fn,
      actions: actions.map((action) => `kms:${action}`),
      resourceArns: [resource],
      conditions,
    });
  }
}
