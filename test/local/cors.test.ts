import { describe, expect, test } from "vitest";
import { cors } from "../../lib/core/system/cors.ts";
import { corsOriginsFrom, createCors } from "../../local/cors.ts";
import { StartupFault } from "../../local/startup-fault.ts";

const app = "https://app.example.org";
const asking = (origin: string) => ({
  method: "OPTIONS",
  headers: { origin, "access-control-request-method": "POST" },
});

describe("a page of an origin that may call", () => {
  const told = createCors([app, "http://localhost:5173"]);

  test("may send what the stack lets pages send", () => {
    expect(told.preflight(asking(app))).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-methods": "GET,POST,DELETE",
        "access-control-allow-headers": cors.requestHeaders.join(","),
        "access-control-max-age": "3600",
      },
    });
  });

  test("sees of each answer what the stack lets pages see, and is named itself", () => {
    expect(told.headersFor({ headers: { origin: app } })).toEqual({
      "access-control-allow-origin": app,
      "access-control-expose-headers": cors.answerHeaders.join(","),
      vary: "origin",
    });
  });

  test("is any page, where any may", () => {
    const headers = createCors(["*"]).headersFor({ headers: { origin: "https://other.example" } });
    expect(headers).toMatchObject({ "access-control-allow-origin": "*" });
  });
});

describe("nothing is allowed", () => {
  const told = createCors([app]);

  test.each(["https://other.example", `${app}.evil.example`, "null"])(
    "to a page of %s",
    (origin) => {
      expect(told.headersFor({ headers: { origin } })).toEqual({});
      expect(told.preflight(asking(origin))).toEqual({ status: 204, headers: {}, body: "" });
    },
  );

  test("to a caller that is no page", () => {
    expect(told.headersFor({ headers: {} })).toEqual({});
    expect(createCors(["*"]).headersFor({ headers: {} })).toEqual({});
  });

  test("while no origin is named, and the question is a request like any other", () => {
    expect(createCors([]).headersFor({ headers: { origin: app } })).toEqual({});
    expect(createCors([]).preflight(asking(app))).toBeUndefined();
  });

  test.each([
    ["another method", { ...asking(app), method: "POST" }],
    ["no method to ask for", { method: "OPTIONS", headers: { origin: app } }],
    ["no origin", { method: "OPTIONS", headers: { "access-control-request-method": "GET" } }],
  ])("by a request with %s, which asks for nothing", (_, request) => {
    expect(told.preflight(request)).toBeUndefined();
  });
});

describe("CORS_ORIGINS", () => {
  test("names origins, or none", () => {
    expect(corsOriginsFrom("")).toEqual([]);
    expect(corsOriginsFrom(`${app}, http://localhost:5173`)).toEqual([
      app,
      "http://localhost:5173",
    ]);
  });

  test("is refused with a way out when it names something else", () => {
    expect(() => corsOriginsFrom("app.example.org")).toThrow(StartupFault);
    expect(() => corsOriginsFrom("app.example.org")).toThrow('CORS_ORIGINS is "app.example.org"');
  });
});
