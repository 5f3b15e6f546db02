import { expect, test } from "vitest";
import { Problem, Unanswered } from "../../lib/client/problem.ts";
import { type Request, requestBounds, send } from "../../lib/client/transport.ts";
import { type Script, scriptedServer } from "./scripted-server.ts";

const deposit: Request = {
  method: "POST",
  path: "/accounts/a1/deposit",
  headers: { "idempotency-key": "k1" },
  body: { amount: 5 },
  repeatable: true,
};
const done: Script = { body: { version: 2 } };

const sent = async (answers: readonly Script[], request: Request = deposit) => {
  const server = scriptedServer(answers);
  const result: unknown = await send(server.wire, request).catch((error: unknown) => error);
  return { ...server, result };
};

test("a request says who sends it and what, and gives what was answered", async () => {
  const { result, seen } = await sent([{ ...done, headers: { "consistency-token": "x-1@2" } }]);
  expect(seen).toEqual([
    {
      method: "POST",
      path: "/accounts/a1/deposit",
      headers: {
        authorization: "Bearer t0",
        "content-type": "application/json",
        "idempotency-key": "k1",
      },
      body: { amount: 5 },
    },
  ]);
  expect(result).toMatchObject({ body: { version: 2 } });
});

test("without a token nobody is named", async () => {
  const { wire, seen } = scriptedServer([{}], () => undefined);
  await send(wire, { method: "GET", path: "/health", repeatable: true });
  expect(seen[0]?.headers).toEqual({});
});

test.each<[string, Script]>([
  ["the connection breaks", "breaks"],
  ["the answer is cut short", { body: '{"version":' }],
  ["too many write at once", { status: 409 }],
  ["too many ask at once", { status: 429 }],
  ["the server is not ready", { status: 503 }],
])("%s: the very same request is sent again", async (_, trouble) => {
  const { result, seen, clock } = await sent([trouble, done]);
  expect(result).toMatchObject({ body: { version: 2 } });
  expect(seen).toHaveLength(2);
  expect(seen[1]).toEqual(seen[0]);
  expect(clock.slept).toHaveLength(1);
});

test.each([400, 401, 403, 404, 410, 412, 413, 415, 422, 500])(
  "a repeat of what was answered with %s would be answered the same",
  async (status) => {
    const { result, seen } = await sent([{ status }, done]);
    expect(result).toBeInstanceOf(Problem);
    expect(result).toMatchObject({ status });
    expect(seen).toHaveLength(1);
  },
);

test("what must not be sent twice is not", async () => {
  const once = { ...deposit, repeatable: false };
  for (const trouble of ["breaks", { status: 503 }] as const) {
    const { seen, result } = await sent([trouble, done], once);
    expect(seen).toHaveLength(1);
    expect(result).toBeInstanceOf(Error);
  }
});

test("attempts are bounded, and further and further apart", async () => {
  const { result, seen, clock } = await sent(["breaks"]);
  expect(result).toBeInstanceOf(Unanswered);
  expect(result).toMatchObject({ cause: new TypeError("fetch failed") });
  expect(seen).toHaveLength(requestBounds.attemptsMax);
  const ceilings = [100, 200, 400, 800];
  expect(clock.slept).toHaveLength(ceilings.length);
  for (const [index, ceiling] of ceilings.entries()) {
    expect(clock.slept[index]).toBeLessThanOrEqual(ceiling);
    expect(clock.slept[index]).toBeGreaterThanOrEqual(ceiling / 2);
  }
});

test("a server that names a time is not asked before it", async () => {
  const { clock } = await sent([{ status: 503, headers: { "retry-after": "3" } }, done]);
  expect(clock.slept[0]).toBeGreaterThanOrEqual(3_000);
});

test("a time that is too far away is not waited for", async () => {
  const { result, seen, clock } = await sent([{ status: 503, headers: { "retry-after": "60" } }]);
  expect(result).toMatchObject({ status: 503, facts: { retryAfter: 60 } });
  expect(seen).toHaveLength(1);
  expect(clock.slept).toEqual([]);
});

test("each attempt shows the token of its time", async () => {
  let turn = 0;
  const { wire, seen } = scriptedServer([{ status: 503 }, done], () => `t${turn++}`);
  await send(wire, deposit);
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer t0", "Bearer t1"]);
});

test("a token that cannot be had is told as it is, and nothing is sent", async () => {
  const { wire, seen } = scriptedServer([done]);
  const signedOut = new Error("signed out");
  const refused = send({ ...wire, token: () => Promise.reject(signedOut) }, deposit);
  await expect(refused).rejects.toBe(signedOut);
  expect(seen).toEqual([]);
});
