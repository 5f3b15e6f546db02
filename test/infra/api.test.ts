import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { cors } from "../../lib/core/system/cors.ts";
import { routeKey } from "../../lib/core/system/route.ts";
import { registry } from "../../lib/domains/index.ts";
import { templateWith } from "./synthesize.ts";

interface Route {
  readonly Properties: {
    readonly RouteKey: string;
    readonly AuthorizationType: string;
    readonly AuthorizerId?: unknown;
    readonly Target: { readonly "Fn::Join": [string, [string, { readonly Ref: string }]] };
  };
}

interface Integration {
  readonly Properties: { readonly IntegrationUri: { readonly "Fn::GetAtt": [string, string] } };
}

const template = templateWith();
const routes = Object.values(
  template.findResources("AWS::ApiGatewayV2::Route") as Record<string, Route>,
).map(({ Properties }) => Properties);
const integrations = template.findResources("AWS::ApiGatewayV2::Integration") as Record<
  string,
  Integration
>;

const permissions = Object.values(
  template.findResources("AWS::Lambda::Permission", {
    Properties: { Principal: "apigateway.amazonaws.com" },
  }),
);

const functionBehind = ({ Target }: Route["Properties"]): string | undefined =>
  integrations[Target["Fn::Join"][1][1].Ref]?.Properties.IntegrationUri["Fn::GetAtt"][0];

describe("the HTTP API", () => {
  test("has one route for each of the registry, and one for everything else", () => {
    const keys = routes.map(({ RouteKey }) => RouteKey);
    expect(keys.sort()).toEqual(["$default", ...registry.routes.map(routeKey)].sort());
  });

  test("asks for a token on every route that is not open to all", () => {
    const open = routes.filter(({ AuthorizationType }) => AuthorizationType === "NONE");
    const guarded = routes.filter(({ AuthorizationType }) => AuthorizationType === "JWT");
    expect(open.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      registry.routes
        .filter((route) => route.open)
        .map(routeKey)
        .sort(),
    );
    expect(open.length + guarded.length).toBe(routes.length);
    for (const { AuthorizerId } of guarded) expect(AuthorizerId).toBeDefined();
  });

  test("is answered by the function that the route names", () => {
    for (const route of registry.routes) {
      const deployed = routes.find(({ RouteKey }) => RouteKey === routeKey(route));
      expect(deployed && functionBehind(deployed)?.toLowerCase()).toMatch(
        new RegExp(`^${route.handler}function`),
      );
    }
  });

  test("lets the query function answer what no route matches", () => {
    const fallback = routes.find(({ RouteKey }) => RouteKey === "$default");
    expect(fallback && functionBehind(fallback)).toMatch(/^QueryFunction/);
  });

  test("has one integration and one permission a function, however many routes", () => {
    const functions = new Set(registry.routes.map(({ handler }) => handler));
    template.resourceCountIs("AWS::ApiGatewayV2::Integration", functions.size);
    expect(permissions.length).toBe(functions.size);
    template.allResourcesProperties("AWS::ApiGatewayV2::Integration", {
      PayloadFormatVersion: "2.0",
    });
  });

  test("may call its functions for every route, `$default` included", () => {
    for (const { Properties } of permissions)
      expect(Properties.SourceArn["Fn::Join"][1].slice(-2)).toEqual([
        { Ref: expect.stringMatching(/^ApiHttp/) },
        "/*",
      ]);
  });

  test("is throttled and logs every request without saying whose it was", () => {
    const [stage] = Object.values(template.findResources("AWS::ApiGatewayV2::Stage"));
    expect(stage?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: 1_000,
      ThrottlingBurstLimit: 2_000,
    });
    const { AccessLogSettings: accessLog } = stage?.Properties ?? {};
    expect(accessLog.DestinationArn).toEqual({
      "Fn::GetAtt": [expect.stringMatching(/^ApiAccessLog/), "Arn"],
    });
    const format: Record<string, string> = JSON.parse(accessLog.Format);
    expect(format).toMatchObject({ requestId: "$context.requestId", status: "$context.status" });
    expect(JSON.stringify(format)).not.toMatch(/sourceIp|userAgent|claims|path/i);
  });
});

describe("a route's own limit", () => {
  const [stage] = Object.values(template.findResources("AWS::ApiGatewayV2::Stage"));
  const limits: Record<string, object> = stage?.Properties.RouteSettings;

  test.each([
    ["POST /accounts/{id}/open", 500],
    ["GET /health", 50],
    ["GET /people/{sub}/export", 10],
    ["DELETE /people/{sub}", 10],
    ["POST /admin/audit", 10],
  ])("is that of what it costs: %s", (route, rate) => {
    expect(limits[route]).toEqual({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: 2 * rate });
  });

  test("is for routes that there are, and set after them", () => {
    const keys = new Set(registry.routes.map(routeKey));
    expect(Object.keys(limits).filter((key) => !keys.has(key))).toEqual([]);
    const deployed = Object.keys(template.findResources("AWS::ApiGatewayV2::Route"));
    const before = deployed.filter((id) => stage?.DependsOn.includes(id));
    expect(before.length).toBe(registry.routes.length);
  });
});

describe("pages in browsers", () => {
  test("may not call, unless it is said which", () => {
    template.hasResourceProperties("AWS::ApiGatewayV2::Api", { CorsConfiguration: Match.absent() });
  });

  test("may call from the origins that were named, asking without a token first", () => {
    const open = templateWith({ corsOrigins: "https://app.example.org" });
    open.hasResourceProperties("AWS::ApiGatewayV2::Api", {
      CorsConfiguration: Match.objectLike({
        AllowOrigins: ["https://app.example.org"],
        AllowMethods: cors.methods,
        AllowCredentials: Match.absent(),
        AllowHeaders: cors.requestHeaders,
        ExposeHeaders: cors.answerHeaders,
        MaxAge: cors.maxAgeSeconds,
      }),
    });
    open.hasResourceProperties("AWS::ApiGatewayV2::Route", {
      RouteKey: "OPTIONS /{proxy+}",
      AuthorizationType: "NONE",
    });
  });
});
