import { expect, test } from "vitest";
import { Problem, problemOf } from "../../lib/client/problem.ts";

const answered = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  problemOf(
    new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }),
  );

test("a rejection tells its code, its reason and under which id it was logged", async () => {
  const detail = "The balance is 5, 9 was asked for.";
  const problem = await answered(422, {
    type: "urn:everfold:problem:insufficient-funds",
    title: "Rejected",
    status: 422,
    detail,
    code: "insufficient-funds",
    requestId: "r1",
  });
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({
    status: 422,
    code: "insufficient-funds",
    message: detail,
    facts: { requestId: "r1" },
  });
});

test("bad input tells every field that does not fit", async () => {
  const errors = [{ field: "amount", reason: "must be 1 or more" }];
  const problem = await answered(400, { title: "Bad request", detail: "amount", errors });
  expect(problem.facts.errors).toEqual(errors);
  expect(problem.code).toBeUndefined();
});

test("a gateway's own answer, which is no RFC 9457 problem, tells what it has", async () => {
  expect(await answered(401, { message: "Unauthorized" })).toMatchObject({
    status: 401,
    message: "Unauthorized",
  });
  expect(await answered(502, "<html>Bad gateway</html>")).toMatchObject({
    status: 502,
    message: "The server answered 502.",
  });
  expect(await answered(500, "null")).toMatchObject({ message: "The server answered 500." });
});

test("seconds to wait are read where they are numbers", async () => {
  const after = async (value: string) =>
    (await answered(503, {}, { "retry-after": value })).facts.retryAfter;
  expect(await after("7")).toBe(7);
  expect(await after("Wed, 21 Oct 2026 07:28:00 GMT")).toBeUndefined();
  expect((await answered(503, {})).facts.retryAfter).toBeUndefined();
});
