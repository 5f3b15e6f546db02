import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  HttpApi,
  HttpIntegrationType,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRouteIntegration,
  type HttpRouteIntegrationBindOptions,
  type HttpRouteIntegrationConfig,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from "aws-cdk-lib/aws-apigatewayv2";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { HttpFunction, Route } from "../core/route.ts";
import { logRetention } from "./function.ts";

/** What the API answers, and who does. */
export interface ApiProps {
  readonly routes: readonly Route[];
  readonly functions: ReadonlyMap<HttpFunction, LambdaFunction>;
  /** Answers what no route matches. */
  readonly fallback: HttpFunction;
  readonly authorizer: IHttpRouteAuthorizer;
}

/** Requests a second, and at once, that a stage takes before it answers 429. */
const throttle = { rateLimit: 1_000, burstLimit: 2_000 } as const;

const methods = {
  GET: HttpMethod.GET,
  POST: HttpMethod.POST,
  DELETE: HttpMethod.DELETE,
} as const satisfies Record<Route["method"], HttpMethod>;

// Neither address nor user of the caller: the log tells what happened, not who did it.
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    time: "$context.requestTimeEpoch",
    route: "$context.routeKey",
    status: "$context.status",
    responseBytes: "$context.responseLength",
    latencyMs: "$context.responseLatency",
    integrationLatencyMs: "$context.integrationLatency",
    error: "$context.error.message",
    integrationError: "$context.integrationErrorMessage",
    authorizerError: "$context.authorizer.error",
  }),
);

/** The HTTP API: a token is needed on every route that is not declared open, unknown routes included. */
export class Api extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const integrationOf = integrationsOf(props.functions);
    const api = new HttpApi(this, "Http", {
      apiName: Stack.of(this).stackName,
      defaultAuthorizer: props.authorizer,
      defaultIntegration: integrationOf(props.fallback),
      createDefaultStage: false,
    });
    for (const route of props.routes)
      api.addRoutes({
        path: route.path,
        methods: [methods[route.method]],
        integration: integrationOf(route.handler),
        ...(route.open && { authorizer: new HttpNoneAuthorizer() }),
      });
    const stage = this.createStage(api);
    this.url = stage.url;
  }

  private createStage(api: HttpApi): HttpStage {
    const accessLog = new LogGroup(this, "AccessLog", {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new HttpStage(this, "Stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: accessLogFormat,
      },
    });
  }
}

/** What all routes of one function share: the integration, and one permission for the API to call it. */
class FunctionIntegration extends HttpRouteIntegration {
  readonly #fn: LambdaFunction;

  constructor(name: HttpFunction, fn: LambdaFunction) {
    super(name);
    this.#fn = fn;
  }

  override bind({ route }: HttpRouteIntegrationBindOptions): HttpRouteIntegrationConfig {
    const { apiId } = route.httpApi;
    this.#fn.addPermission("Api", {
      principal: new ServicePrincipal("apigateway.amazonaws.com"),
      // A permission for each route would outgrow the function's policy; `$default` is not under `*/*/*`.
      sourceArn: Stack.of(this.#fn).formatArn({
        service: "execute-api",
        resource: apiId,
        resourceName: "*",
      }),
    });
    return {
      type: HttpIntegrationType.AWS_PROXY,
      uri: this.#fn.functionArn,
      payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
    };
  }
}

const integrationsOf = (functions: ApiProps["functions"]) => {
  const integrations = new Map(
    [...functions].map(([name, fn]) => [name, new FunctionIntegration(name, fn)]),
  );
  return (name: HttpFunction): FunctionIntegration => {
    const integration = integrations.get(name);
    if (integration) return integration;
    throw new Error(`A route is answered by function ${name}, which the stack does not have.`);
  };
};
