import { describe, expect, test } from "vitest";
import { isForThisMachine, isLoopback } from "../../local/loopback.ts";

describe("a request is for this machine", () => {
  test.each(["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "127.1.2.3", "[::1]:3000", "[::1]"])(
    "when it was sent to %s",
    (host) => {
      expect(isForThisMachine(host)).toBe(true);
    },
  );

  test.each([
    undefined,
    "",
    "evil.example",
    "evil.example:3000",
    "localhost.evil.example:3000",
    "127.0.0.1.evil.example",
    "evil.example:127.0.0.1",
    "evil-localhost",
    "0.0.0.0:3000",
    "192.168.0.7:3000",
    "localhost:3000:3000",
    "localhost:",
    "user@localhost",
  ])("but not when it was sent to %s", (host) => {
    expect(isForThisMachine(host)).toBe(false);
  });
});

test("a URL's own name of this machine is known", () => {
  const names = ["http://localhost:1", "http://127.0.0.1", "http://[::1]:1", "http://a.b:1"];
  expect(names.map((url) => isLoopback(new URL(url).hostname))).toEqual([true, true, true, false]);
});
