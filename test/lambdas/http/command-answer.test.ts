import { describe, expect, test } from "vitest";
import { commandAnswer } from "../../../lambdas/http/command-answer.ts";

const stream = (name: string, version: number, created = false) => ({
  stream: name,
  version,
  created,
  events: [{ type: "CoinsPut", version }],
});

describe("the answer to a command", () => {
  test("tells version and events, and is 201 for a new stream", () => {
    expect(commandAnswer("j1", { streams: [stream("jar-j1", 1, true)] })).toEqual({
      status: 201,
      body: { id: "j1", version: 1, events: [{ type: "CoinsPut", version: 1 }] },
      headers: { etag: '"1"', "consistency-token": "jar-j1@1" },
    });
    expect(commandAnswer("j1", { streams: [stream("jar-j1", 2)] }).status).toBe(200);
  });

  test("shows the caller's side only; the token names every stream", () => {
    const { body, headers } = commandAnswer("j1", {
      streams: [stream("jar-j1", 4), stream("jar-j2", 9)],
    });
    expect(body).toEqual({ id: "j1", version: 4, events: [{ type: "CoinsPut", version: 4 }] });
    expect(headers).toEqual({ etag: '"4"', "consistency-token": "jar-j1@4,jar-j2@9" });
  });

  test("has no token when nothing is there to be seen", () => {
    const streams = [{ stream: "jar-j1", version: 0, created: false, events: [] }];
    expect(commandAnswer("j1", { streams })).toEqual({
      status: 200,
      body: { id: "j1", version: 0, events: [] },
      headers: { etag: '"0"' },
    });
  });

  test("is a fault when nothing was decided", () => {
    expect(() => commandAnswer("j1", { streams: [] })).toThrow("decided on no stream");
  });
});
