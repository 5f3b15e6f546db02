import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defaultProvider } from "../../lambdas/credentials.ts";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIA1");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_SESSION_TOKEN", "session");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the credentials of a function", () => {
  test("are those in its environment", async () => {
    expect(await defaultProvider()()).toEqual({
      accessKeyId: "ASIA1",
      secretAccessKey: "secret",
      sessionToken: "session",
    });
  });

  test("are read when they are needed, not before", async () => {
    const provide = defaultProvider();
    vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIA2");
    expect(await provide()).toMatchObject({ accessKeyId: "ASIA2" });
  });

  test("need no session", async () => {
    vi.stubEnv("AWS_SESSION_TOKEN", undefined);
    expect(await defaultProvider()()).toEqual({ accessKeyId: "ASIA1", secretAccessKey: "secret" });
  });

  test.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])(
    "are refused without %s",
    async (name) => {
      vi.stubEnv(name, "");
      await expect(defaultProvider()()).rejects.toThrow("no credentials");
    },
  );
});
