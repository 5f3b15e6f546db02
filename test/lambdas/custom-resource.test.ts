import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { CloudFormationCustomResourceEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { onDeletion } from "../../lambdas/custom-resource.ts";

const answers: { readonly type: string | undefined; readonly body: unknown }[] = [];
let refusals = 0;
let server: Server;
let url: string;

beforeEach(async () => {
  answers.length = 0;
  refusals = 0;
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    if (refusals-- > 0) return void response.writeHead(503).end();
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    answers.push({ type: request.headers["content-type"], body });
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("There is no port.");
  url = `http://127.0.0.1:${address.port}/answer`;
});

afterEach(() => {
  vi.restoreAllMocks();
  server.close();
  server.closeAllConnections();
});

const event = (RequestType: "Create" | "Update" | "Delete"): CloudFormationCustomResourceEvent => {
  const common = {
    ServiceToken: "arn:aws:lambda:function",
    ResponseURL: url,
    StackId: "stack",
    RequestId: "request",
    LogicalResourceId: "Removal",
    ResourceType: "Custom::Removal",
    ResourceProperties: { ServiceToken: "arn:aws:lambda:function", Buckets: ["failures"] },
  };
  if (RequestType === "Create") return { ...common, RequestType };
  if (RequestType === "Delete") return { ...common, RequestType, PhysicalResourceId: "remains" };
  return {
    ...common,
    RequestType,
    PhysicalResourceId: "remains",
    OldResourceProperties: common.ResourceProperties,
  };
};
const context = (ms: number) => ({ getRemainingTimeInMillis: () => ms });
const ids = {
  PhysicalResourceId: "remains",
  StackId: "stack",
  RequestId: "request",
  LogicalResourceId: "Removal",
};

describe("a resource that does nothing until it is deleted", () => {
  test.each(["Create", "Update"] as const)("answers %s at once", async (type) => {
    const remove = vi.fn(async () => undefined);
    await onDeletion("remains", remove)(event(type), context(60_000));
    expect(remove).not.toHaveBeenCalled();
    expect(answers).toEqual([{ type: "", body: { Status: "SUCCESS", ...ids } }]);
  });

  test("removes what it stands for, and then says so", async () => {
    const remove = vi.fn(async () => undefined);
    await onDeletion("remains", remove)(event("Delete"), context(60_000));
    expect(remove).toHaveBeenCalledWith(expect.objectContaining({ Buckets: ["failures"] }));
    expect(answers.map(({ body }) => body)).toEqual([{ Status: "SUCCESS", ...ids }]);
  });

  test("says why it could not", async () => {
    const remove = () => Promise.reject(new Error("The bucket is locked."));
    await onDeletion("remains", remove)(event("Delete"), context(60_000));
    const failed = { Status: "FAILED", Reason: "The bucket is locked.", ...ids };
    expect(answers.map(({ body }) => body)).toEqual([failed]);
  });

  test("answers in time when there is more to remove than a function can", async () => {
    const never = () => new Promise<void>(() => undefined);
    await onDeletion("remains", never)(event("Delete"), context(15_000));
    expect(answers[0]?.body).toMatchObject({
      Status: "FAILED",
      Reason: expect.stringContaining("Delete the stack again"),
    });
  });

  test("answers again when the answer was not taken", async () => {
    refusals = 2;
    await onDeletion("remains", async () => undefined)(event("Delete"), context(60_000));
    expect(answers).toHaveLength(1);
  });
});
