import { expect, test } from "vitest";
import { EndpointCache } from "../../lambdas/endpoint-cache.ts";

test("no endpoint takes the place of a client's own, whatever was kept", () => {
  const cache = new EndpointCache();
  cache.set();
  expect(cache.getEndpoint()).toBeUndefined();
});
