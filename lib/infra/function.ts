import { fileURLToPath } from "node:url";
import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import {
  type BundlingOptions,
  LogLevel,
  NodejsFunction,
  OutputFormat,
} from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { bundling } from "./bundling.ts";

/** How a function of this project differs from the others. */
export interface RuntimeFunctionProps {
  /** Base name of the entry point: `lambdas/<name>.ts` exports `handler`. */
  readonly name: string;
  readonly stage: string;
  readonly timeout: Duration;
  /** Where the role stands among the account's roles; `/` unless it matters. */
  readonly rolePath?: string;
}

/** Path of the roles that may destroy users' keys: who uses them from elsewhere is told of. */
export const erasurePath = "/everfold/erasure/";

/** Namespace of a stage's own metrics. */
export const metricsNamespace = (stage: string): string => `Everfold/${stage}`;

/** How long logs are kept, of functions and of the API. */
export const logRetention = RetentionDays.ONE_MONTH;

const root = fileURLToPath(new URL("../..", import.meta.url));

const { format, sourcemap: sourceMap, logLevel, alias, ...options } = bundling;

const bundlingOptions: BundlingOptions = {
  ...options,
  sourceMap,
  format: { cjs: OutputFormat.CJS }[format],
  logLevel: { warning: LogLevel.WARNING }[logLevel],
  esbuildArgs: Object.fromEntries(
    Object.entries(alias).map(([from, to]) => [`--alias:${from}`, to]),
  ),
  bundleAwsSDK: true,
};

/**
 * A function that runs `lambdas/<name>.ts`, with a log group and a role of its own. The role may write that log and
 * traces; everything else comes with a grant.
 */
export const runtimeFunction = (
  scope: Construct,
  id: string,
  { name, stage, timeout, rolePath = "/" }: RuntimeFunctionProps,
): NodejsFunction => {
  const home = new Construct(scope, id);
  const logGroup = new LogGroup(home, "Logs", {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(home, "Role", {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    ...(rolePath !== "/" && { path: rolePath }),
  });
  logGroup.grantWrite(role);
  return new NodejsFunction(home, "Function", {
    entry: `${root}lambdas/${name}.ts`,
    projectRoot: root,
    depsLockFilePath: `${root}package-lock.json`,
    bundling: bundlingOptions,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    memorySize: 1024,
    timeout,
    tracing: Tracing.ACTIVE,
    logGroup,
    role,
    environment: {
      STAGE: stage,
      POWERTOOLS_SERVICE_NAME: name,
      POWERTOOLS_LOG_LEVEL: "INFO",
      POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(stage),
    },
  });
};
