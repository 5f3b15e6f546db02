import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { invocationOf, wholeNumber } from "../../bin/everfold/arguments.ts";
import { commands, everfold } from "../../bin/everfold/everfold.ts";
import { OperatorFault, sentences } from "../../bin/everfold/failure.ts";
import { progressLine } from "../../bin/everfold/progress.ts";
import { printable, table } from "../../bin/everfold/table.ts";
import { Problem } from "../../lib/client/problem.ts";
import { recordingTerminal } from "./recording-terminal.ts";

interface Reply {
  readonly status?: number;
  readonly body: unknown;
}
type Script = Readonly<Record<string, readonly Reply[]>>;

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that answers each route by its script, the last answer for good, and notes what it was asked. */
const scripted = async (script: Script) => {
  const asked: string[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const key = `${request.method} ${request.url}`;
    asked.push(key);
    const replies = script[key] ?? [{ status: 404, body: { detail: `No ${key}.` } }];
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const { status = 200, body } = replies[Math.min(count, replies.length - 1)] ?? { body: {} };
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked };
};

const run = async (script: Script, argv: readonly string[], answers: readonly string[] = []) => {
  const { url, asked } = await scripted(script);
  const recorded = recordingTerminal({ EVERFOLD_URL: url, EVERFOLD_TOKEN: "t" }, answers);
  const code = await everfold(argv, recorded.terminal);
  return { ...recorded, code, requests: asked };
};

const never = (argv: readonly string[]) => () => invocationOf(commands, argv);

describe("a command line", () => {
  test("is understood with its options anywhere", () => {
    const { command, operands, options } = invocationOf(commands, [
      ...["--json", "streams", "show", "account-a", "--limit", "7"],
    ]);
    expect(command?.words).toEqual(["streams", "show"]);
    expect(operands).toEqual(["account-a"]);
    expect(options).toEqual({ json: true, limit: "7" });
  });

  test.each([
    [[], "Which command?"],
    [["streams"], '"everfold streams" goes on with show or verify.'],
    [["view", "list"], 'There is no command "view list".'],
    [["streams", "show"], "everfold streams show needs <stream>."],
    [["streams", "show", "a", "b"], 'everfold streams show does not take "b".'],
    [["views", "list", "--limit", "1"], "everfold views list does not take --limit."],
    [["audit", "--fast"], "Unknown option '--fast'."],
    [["streams", "show", "a", "--limit"], "Option '--limit <value>' argument missing."],
  ])("%j is refused", (argv, message) => {
    expect(never(argv)).toThrow(message);
  });

  test("takes more than one stream to verify", () => {
    expect(invocationOf(commands, ["streams", "verify", "a", "b"]).operands).toEqual(["a", "b"]);
  });

  test.each(["0", "11", "1.5", "x", ""])(
    "refuses %j where a number from 1 to 10 is due",
    (given) => {
      const bounds = { min: 1, max: 10, otherwise: 5 };
      expect(() => wholeNumber({ limit: given }, "limit", bounds)).toThrow("from 1 to 10");
      expect(wholeNumber({}, "limit", bounds)).toBe(5);
      expect(wholeNumber({ limit: "10" }, "limit", bounds)).toBe(10);
    },
  );

  test("that is not understood ends with 2 and sends nothing", async () => {
    const { code, told, requests } = await run({}, ["views", "rebuild", "x", "--timeout", "soon"]);
    expect(code).toBe(2);
    expect(told.join()).toContain('--timeout must be a whole number from 1 to 86400, not "soon".');
    expect(requests).toEqual([]);
  });

  test("with --help shows every command, or one", async () => {
    const all = await run({}, ["--help"]);
    for (const { words, summary } of commands) {
      expect(all.printed.join()).toContain(words.join(" "));
      expect(all.printed.join()).toContain(summary);
    }
    const one = await run({}, ["people", "erase", "-h"]);
    expect(one.printed.join()).toContain("--yes");
    expect(one.printed.join()).not.toContain("--out");
    expect([all.code, one.code]).toEqual([0, 0]);
  });

  test.each([
    ["https://api.example.org", "https://api.example.org needs an admin's token"],
    ["ftp://localhost", "no http or https URL"],
  ])("for %s without a token is refused", async (EVERFOLD_URL, message) => {
    const { terminal, told } = recordingTerminal({ EVERFOLD_URL });
    expect(await everfold(["audit"], terminal)).toBe(2);
    expect(told.join()).toContain(message);
  });
});

describe("a failure is told in sentences", () => {
  test.each([
    [
      new Problem(422, "The balance is 1", { code: "insufficient-funds", requestId: "r1" }),
      "The balance is 1. (status 422, insufficient-funds, request r1)",
    ],
    [
      new Problem(400, "limit: too big", { errors: [{ field: "limit", reason: "too big" }] }),
      "limit: too big. (status 400)",
    ],
    [
      new Problem(409, "View x is being rebuilt.", { retryAfter: 10 }),
      "View x is being rebuilt. Try again in 10 s. (status 409)",
    ],
    [new OperatorFault("Not confirmed."), "Not confirmed."],
  ])("%s", (error, told) => {
    expect(sentences(error)).toBe(told);
  });

  test("and a fault of the program itself is not hidden", () => {
    expect(() => sentences(new RangeError("a bug"))).toThrow("a bug");
  });

  test("an answer in an unknown form too", async () => {
    const { code, told } = await run({ "GET /admin/views": [{ body: { items: [{}] } }] }, [
      ...["views", "list"],
    ]);
    expect(code).toBe(1);
    expect(told.join()).toContain("GET http://127.0.0.1");
    expect(told.join()).toContain("items[0].name");
  });
});

describe("a table", () => {
  test("aligns its columns, wide characters too, and leaves no space at the end", () => {
    const drawn = table(
      ["name", "n"],
      [
        ["漢字", 1],
        ["ab", undefined],
      ],
    );
    expect(drawn.split("\n")).toEqual(["NAME  N", "漢字  1", "ab    -"]);
  });

  test("shows no control characters, which could rewrite what is on the screen", () => {
    expect(printable("a\u001b[2Kb\u009bc\u202e\nd")).toBe("a?[2Kb?c??d");
    expect(table(["memo"], [["x\u001b[31my"]])).toBe("MEMO\nx?[31my");
  });

  test("cuts long cells", () => {
    const [, row = ""] = table(["reason"], [["x".repeat(200)]]).split("\n");
    expect(row).toBe(`${"x".repeat(89)}…`);
  });
});

describe("progress", () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk, _, done) => {
        written.push(String(chunk));
        done();
      },
    });
    const tty = Object.assign(stream, { isTTY, columns: 100 }) as unknown as NodeJS.WriteStream;
    return { progress: progressLine(tty), text: () => written.join("") };
  };

  test("is a bar where the whole is known, and a count where it is not", () => {
    const known = screen(true);
    known.progress.show(1, 2, "1 of 2 segments");
    known.progress.stop();
    expect(known.text()).toMatch(/█+░+ 50% 1 of 2 segments/);
    const open = screen(true);
    open.progress.show(7, undefined, "7 streams");
    open.progress.stop();
    expect(open.text()).toContain("7 streams");
    expect(open.text()).not.toMatch(/[█░%]/);
  });

  test("is not written where nobody watches", () => {
    const { progress, text } = screen(false);
    progress.show(1, 2, "1 of 2 segments");
    progress.stop();
    expect(text()).toBe("");
  });
});

describe("erasing", () => {
  const erased = {
    user: "ann",
    erasedAt: "2026-11-25T00:00:00.000Z",
    keyDestroyedAt: "2026-12-02T00:00:00.000Z",
  };
  const script = { "DELETE /people/ann": [{ body: erased, status: 202 }] };
  const argv = ["people", "erase", "ann"];

  test("asks first, and goes on when the name is typed", async () => {
    const { code, asked, printed, requests } = await run(script, argv, ["ann"]);
    expect(asked.join()).toContain("cannot be undone");
    expect(requests).toEqual(["DELETE /people/ann"]);
    expect(printed.join()).toContain("2026-12-02T00:00:00.000Z");
    expect(code).toBe(0);
  });

  test("sends nothing when the answer is another, or nobody is there to give one", async () => {
    const other = await run(script, argv, ["yes"]);
    const nobody = await run(script, argv);
    expect([other.code, nobody.code]).toEqual([1, 2]);
    expect([...other.requests, ...nobody.requests]).toEqual([]);
  });

  test("does not ask with --yes", async () => {
    const { code, asked } = await run(script, [...argv, "--yes"]);
    expect([code, asked]).toEqual([0, []]);
  });
});

test("an export puts the pages of a long stream together", async () => {
  const page = (stream: string, events: readonly number[], cursor?: string) => ({
    body: { person: "ann", streams: [{ stream, document: { id: stream }, events }], cursor },
  });
  const { printed, shown } = await run(
    {
      "GET /people/ann/export": [page("account-a", [1, 2], "p2")],
      "GET /people/ann/export?cursor=p2": [page("account-a", [3], "p3")],
      "GET /people/ann/export?cursor=p3": [page("cart-a", [1])],
    },
    ["people", "export", "ann"],
  );
  const { streams } = JSON.parse(printed.join()) as { streams: { events: number[] }[] };
  expect(streams.map(({ events }) => events)).toEqual([[1, 2, 3], [1]]);
  expect(shown.at(-1)).toBe("end");
});

describe("a rebuild", () => {
  const report = (status: string, segmentsDone: number, generation = 1, filled = 2) => {
    const counts = { segments: 2, segmentsDone, streams: 3, events: 4 };
    const rebuild = { status, generation: filled, ...counts, startedAt: "s" };
    const view = { name: "carts", kind: "document", generation, definition: 1, lag: null };
    return { body: { items: [{ ...view, parked: status === "failed" ? 1 : 0, rebuild }] } };
  };
  const begun = { status: 202, body: { view: "carts", generation: 2, definition: 1 } };
  const script = (...reports: readonly Reply[]) => ({
    "POST /admin/views/carts/rebuild": [begun],
    "GET /admin/views": reports,
  });
  const argv = ["views", "rebuild", "carts"];

  test("is followed until the new build serves", async () => {
    const before = report("done", 2, 1, 1);
    const replies = script(before, report("running", 1), report("done", 2, 2));
    const { code, printed, shown } = await run(replies, argv);
    expect(code).toBe(0);
    expect(printed).toEqual(["Generation 2 of carts serves: 4 events of 3 streams."]);
    expect(shown.map((line) => line.split(" ")[0])).toEqual(["1/2", "2/2", "end"]);
  });

  test("that waits for parked streams is not well", async () => {
    const { code, printed } = await run(script(report("failed", 2)), argv);
    expect(code).toBe(1);
    expect(printed.join()).toContain("1 streams are parked");
  });

  test("is not waited for longer than was said, nor at all with --no-wait", async () => {
    const late = await run(script(report("running", 1)), [...argv, "--timeout", "1"]);
    expect(late.code).toBe(1);
    expect(late.told.join()).toContain("The rebuild of carts is not done after 1 s");
    const begunOnly = await run(script(), [...argv, "--no-wait"]);
    expect(begunOnly.code).toBe(0);
    expect(begunOnly.requests).toEqual(["POST /admin/views/carts/rebuild"]);
  });

  test("that is refused is not sent again", async () => {
    const refused = { status: 409, body: { detail: "View carts is being rebuilt." } };
    const { code, told, requests } = await run(
      { "POST /admin/views/carts/rebuild": [refused] },
      argv,
    );
    expect(code).toBe(1);
    expect(told).toEqual(["View carts is being rebuilt. (status 409)"]);
    expect(requests).toHaveLength(1);
  });
});

test("a redrive goes on while there is more, and adds up what was moved", async () => {
  const moved = (more: boolean) => ({ status: 202, body: { streams: 2, messages: 3, more } });
  const { code, printed } = await run(
    { "POST /admin/dead-letters/redrive": [moved(true), moved(false)] },
    ["dead-letters", "redrive", "--json"],
  );
  expect(JSON.parse(printed.join())).toEqual({ streams: 4, messages: 6, more: false });
  expect(code).toBe(0);
});

describe("an audit", () => {
  const begun = { status: 202, body: { run: "r", segments: 1, startedAt: "now" } };
  const counts = { segments: 16, segmentsDone: 0, streams: 1, events: 1 };
  const none = { ...counts, problems: [], problemsFound: 0 };

  test("is followed by its segments until all of them are done", async () => {
    const report = (status: string, segmentsDone: number) => ({
      body: { status, ...none, segmentsDone, startedAt: "now" },
    });
    const replies = [report("running", 3), report("running", 12), report("done", 16)];
    const { code, shown } = await run(
      { "POST /admin/audit": [begun], "GET /admin/audit": replies },
      ["audit"],
    );
    expect(code).toBe(0);
    expect(shown.map((line) => line.split(" ")[0])).toEqual(["3/16", "12/16", "16/16", "end"]);
  });

  test("whose place another has taken is not waited for", async () => {
    const other = { body: { status: "running", ...none, startedAt: "later" } };
    const { code, told } = await run(
      { "POST /admin/audit": [begun], "GET /admin/audit": [other] },
      ["audit"],
    );
    expect(code).toBe(1);
    expect(told.join()).toContain("An audit begun at later has taken the place");
  });

  test("that never was is not known to be well", async () => {
    const report = { body: { status: "never", ...none, streams: 0, events: 0 } };
    expect((await run({ "GET /admin/audit": [report] }, ["audit", "--last"])).code).toBe(1);
  });
});

test("a long stream is verified page by page", async () => {
  const paths = { "/accounts/{id}": { get: { operationId: "account-document" } } };
  const page = (version: number, cursor?: string) => ({
    body: { ok: true, commits: version, version, hash: "ff", cursor },
  });
  const { code, shown, printed } = await run(
    {
      "GET /openapi.json": [{ body: { paths } }],
      "GET /accounts/a": [{ body: { version: 30 } }],
      "GET /accounts/a/integrity": [page(10, "c1")],
      "GET /accounts/a/integrity?cursor=c1": [page(30)],
    },
    ["streams", "verify", "account-a"],
  );
  expect(shown).toEqual(["10/30 of 30 events of account-a", "end"]);
  expect(printed.join()).toMatch(/account-a\s+whole\s+30/);
  expect(code).toBe(0);
});
