import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnStage,
  CorsHttpMethod,
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
import { cors } from "../core/system/cors.ts";
import type { HttpFunction, Route } from "../core/system/route.ts";
import { logRetention } from "./function.ts";
import { routeSettings, stageThrottle } from "./throttles.ts";

/** What the API answers, and who does. */
export interface ApiProps {
  readonly routes: readonly Route[];
  readonly functions: ReadonlyMap<HttpFunction, LambdaFunction>;
  /** Answers what no route matches. */
  readonly fallback: HttpFunction;
  readonly authorizer: IHttpRouteAuthorizer;
  /** Pages in browsers that may call; none: no page may. */
  readonly corsOrigins: readonly string[];
}

const methods = {
  GET: HttpMethod.GET,
  POST: HttpMethod.POST,
  DELETE: HttpMethod.DELETE,
} as const satisfies Record<Route["method"], HttpMethod>;

const corsMethods = {
  GET: CorsHttpMethod.GET,
  POST: CorsHttpMethod.POST,
  DELETE: CorsHttpMethod.DELETE,
} as const satisfies Record<Route["method"], CorsHttpMethod>;

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
  readonly http: HttpApi;
  readonly accessLog: LogGroup;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const integrationOf = integrationsOf(props.functions);
    this.http = this.createApi(props, integrationOf(props.fallback));
    const routes = props.routes.flatMap((route) =>
      this.http.addRoutes({
        path: route.path,
        methods: [methods[route.method]],
        integration: integrationOf(route.handler),
        ...(route.open && { authorizer: new HttpNoneAuthorizer() }),
      }),
    );
    this.accessLog = this.createAccessLog();
    const stage = this.createStage();
    if (stage.node.defaultChild instanceof CfnStage)
      stage.node.defaultChild.routeSettings = routeSettings(props.routes);
    // A limit of a route that is not there yet is refused.
    stage.node.addDependency(...routes);
    this.url = stage.url;
  }

  private createApi({ authorizer, corsOrigins }: ApiProps, integration: FunctionIntegration) {
    const hasCors = corsOrigins.length > 0;
    const api = new HttpApi(this, "Http", {
      apiName: Stack.of(this).stackName,
      defaultAuthorizer: authorizer,
      defaultIntegration: integration,
      createDefaultStage: false,
      ...(hasCors && {
        corsPreflight: {
          allowOrigins: [...corsOrigins],
          allowMethods: cors.methods.map((method) => corsMethods[method]),
          allowHeaders: [...cors.requestHeaders],
          exposeHeaders: [...cors.answerHeaders],
          maxAge: Duration.seconds(cors.maxAgeSeconds),
        },
      }),
    });
    // A browser asks without a token, and the default route would refuse it.
    if (hasCors)
      api.addRoutes({
        path: "/{proxy+}",
        methods: [HttpMethod.OPTIONS],
        integration,
        authorizer: new HttpNoneAuthorizer(),
      });
    return api;
  }

  private createAccessLog(): LogGroup {
    return new LogGroup(this, "AccessLog", {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private createStage(): HttpStage {
    return new HttpStage(this, "Stage", {
      httpApi: this.http,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: stageThrottle.rate, burstLimit: stageThrottle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
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
