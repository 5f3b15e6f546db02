import { expect, test } from "vitest";
import { unknownRoute } from "../../../lambdas/http/unknown-route.ts";
import { httpEvent } from "./event.ts";

test("a path that nothing answers is not found, and named", () => {
  const { kind, message } = unknownRoute(httpEvent({ routeKey: "GET /x", path: "/x" }));
  expect([kind, message]).toEqual(["not-found", "There is no GET /x."]);
});
