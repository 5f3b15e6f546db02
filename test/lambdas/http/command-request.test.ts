import { describe, expect, test } from "vitest";
import { commandRequest } from "../../../lambdas/http/command-request.ts";
import type { CommandRoute } from "../../../lib/core/domain/registry.ts";
import { Refusal } from "../../../lib/core/errors.ts";
import { registry } from "../../../lib/domains/index.ts";
import { type Asked, httpEvent } from "./event.ts";

const routeOf = (collection: string, name: string): CommandRoute => {
  const route = registry.commands.find(
    (each) => each.domain.collection === collection && each.name === name,
  );
  if (route) return route;
  throw new Error(`There is no ${collection}/${name}.`);
};
const deposit = routeOf("accounts", "deposit");
const asked = (
  { headers = {}, ...others }: Asked = {},
  route: CommandRoute = deposit,
): ReturnType<typeof commandRequest> =>
  commandRequest(
    route,
    httpEvent({
      path: "/accounts/a1/deposit",
      parameters: { id: "a1" },
      body: '{"amount":1}',
      ...others,
      headers: { "content-type": "application/json", ...headers },
    }),
  );
const refusalOf = (work: () => unknown): Refusal => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("It was not refused.");
};

describe("a request to change a stream", () => {
  test("is one step of the command that the route names", () => {
    const { id, request } = asked();
    expect(id).toBe("a1");
    expect(request.steps.map((step) => [step.id, step.command([])])).toEqual([
      ["a1", { type: "Deposit", data: { amount: 1 } }],
    ]);
    expect(request.caller).toEqual({ sub: "ann", admin: false, auditor: false });
  });

  test("may be several steps", () => {
    const { request } = asked({ body: '{"to":"b2","amount":1}' }, routeOf("accounts", "transfer"));
    expect(request.steps.map(({ id }) => id)).toEqual(["a1", "b2"]);
  });

  test("is about the caller's own stream where each user has one", () => {
    const { id, request } = asked(
      { parameters: { postId: "p1" }, body: "{}", claims: { sub: "auth0|ann" } },
      routeOf("posts", "like"),
    );
    expect(id).toBe("p1");
    expect(request.steps[0]?.id).toBe(`p1.~${Buffer.from("auth0|ann").toString("base64url")}`);
  });

  test.each(["", "a b", "a/b", "a.b", "é", "x".repeat(65), "a%20b", "a\n"])(
    "is refused for an id like %j",
    (id) => {
      expect(refusalOf(() => asked({ parameters: { id } })).kind).toBe("bad-input");
    },
  );

  test.each([
    '{"amount":0}',
    '{"amount":1,"extra":2}',
    "[]",
    "null",
    "7",
    '"x"',
    "{}",
    '{"__proto__":1}',
  ])("is refused with the body %s", (body) => {
    expect(refusalOf(() => asked({ body })).kind).toBe("bad-input");
  });
});

describe("the version that a caller expects", () => {
  test.each([
    ['"0"', 0],
    ['"17"', 17],
    ['"9007199254740991"', Number.MAX_SAFE_INTEGER],
  ])("is %s", (header, version) => {
    expect(asked({ headers: { "if-match": header } }).request.expectedVersion).toBe(version);
  });

  test("is none without the header", () => {
    expect(asked().request).not.toHaveProperty("expectedVersion");
  });

  test.each(["*", "17", 'W/"17"', '"17", "18"', '"017"', '"-1"', '"1.0"', '""', '"x"', ""])(
    "is refused as %j",
    (header) => {
      const { kind, facts } = refusalOf(() => asked({ headers: { "if-match": header } }));
      expect(kind).toBe("bad-input");
      expect(facts.errors?.[0]?.field).toBe("If-Match");
    },
  );
});

describe("a request that may be repeated", () => {
  const identified = (given: Asked = {}, key = "k1") =>
    asked({ ...given, headers: { "idempotency-key": key, ...given.headers } }).request.idempotency;
  const first = identified();

  test("is the same when it is sent again, however its JSON is written", () => {
    expect(identified()).toEqual(first);
    expect(identified({ body: ' { "amount" : 1 } ' })).toEqual(first);
  });

  test("is another one for another caller", () => {
    expect(identified({ claims: { sub: "ben" } })?.key).not.toBe(first?.key);
  });

  test.each([
    ["body", { body: '{"amount":2}' }],
    ["path", { path: "/accounts/a2/deposit" }],
    ["If-Match", { headers: { "if-match": '"1"' } }],
  ])("has another fingerprint with another %s", (_, given) => {
    expect(identified(given)?.key).toBe(first?.key);
    expect(identified(given)?.fingerprint).not.toBe(first?.fingerprint);
  });

  test("keeps neither key nor body", () => {
    const kept = JSON.stringify(identified({ body: '{"amount":1,"memo":"Rent"}' }, "secret-key"));
    expect(kept).not.toContain("secret-key");
    expect(kept).not.toContain("Rent");
  });

  test("has a key of 1 to 255 visible characters", () => {
    expect(identified({}, "!".repeat(255))).toBeDefined();
    for (const key of ["", " ", "a b", "é", "a\t", "x".repeat(256)])
      expect(refusalOf(() => identified({}, key)).facts.errors?.[0]?.field).toBe("Idempotency-Key");
  });
});

describe("what a request belongs to", () => {
  test("is said by the caller, else the request's own id", () => {
    expect(asked().request).toMatchObject({
      correlationId: "request-1",
      causationId: "request-1",
    });
    const headers = { "correlation-id": "order-7" };
    expect(asked({ headers }).request).toMatchObject({
      correlationId: "order-7",
      causationId: "request-1",
    });
  });

  test.each(["", "a b", "é", "x".repeat(129)])("is not %j", (given) => {
    expect(asked({ headers: { "correlation-id": given } }).request.correlationId).toBe("request-1");
  });
});
