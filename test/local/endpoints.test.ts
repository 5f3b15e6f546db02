import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Endpoints, functionEnvironment } from "../../local/endpoints.ts";

const never = new Promise<never>(() => undefined);

const endpoints: Endpoints = {
  dynamodb: "http://127.0.0.1:1",
  kms: "http://127.0.0.1:2",
  queue: {
    url: "http://127.0.0.1:3",
    queueUrl: (name) => `http://127.0.0.1:3/${name}`,
    stop: async () => undefined,
  },
  s3: "http://127.0.0.1:5",
  engineDied: never,
};

const real = {
  AWS_ACCESS_KEY_ID: "AKIAREAL",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_SESSION_TOKEN: "session",
  AWS_PROFILE: "production",
};

beforeEach(() => {
  for (const [name, value] of Object.entries(real)) vi.stubEnv(name, value);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test("real credentials and profiles never reach a function", () => {
  const environment = functionEnvironment(endpoints, []);
  expect(Object.keys(environment)).toEqual(expect.arrayContaining(Object.keys(real)));
  for (const value of Object.values(real)) expect(Object.values(environment)).not.toContain(value);
});

test("an engine of one's own may be one that knows one's credentials", () => {
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", endpoints.dynamodb);
  expect(functionEnvironment(endpoints, [])).not.toHaveProperty("AWS_ACCESS_KEY_ID");
});

test("functions find every table, and every service on this machine", () => {
  const partitionKey = { name: "id", type: "S" } as const;
  const table = { name: "subject-keys", partitionKey, holds: "keys" } as const;
  expect(functionEnvironment(endpoints, [table])).toMatchObject({
    SUBJECT_KEYS_TABLE: "subject-keys",
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: endpoints.dynamodb,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
    AWS_ENDPOINT_URL_SQS: endpoints.queue.url,
    STAGE: "local",
    DOCUMENT_SEGMENTS: "1",
  });
});
