import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { files, sourcesIn, textOf } from "./sources.ts";

const shipped = sourcesIn("lib", "lambdas", "local", "bin", "bench");
const tests = sourcesIn("test");
const everything = [...shipped, ...tests];
const nameOf = (path: string): string => posix.basename(path).split(".")[0] ?? "";

const linesWith = (paths: readonly string[], pattern: RegExp): readonly string[] =>
  paths.flatMap((path) =>
    textOf(path)
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
      ),
  );

// The patterns are put together from halves, so that they do not find themselves.
const word = (...halves: readonly string[]): string => halves.join("");

describe("a file", () => {
  test.each([
    ["that is shipped has 220 lines at most", shipped, 220],
    ["that tests has 400 lines at most", tests, 400],
  ])("%s", (_, paths, linesMax) => {
    const long = paths.filter((path) => textOf(path).trimEnd().split("\n").length > linesMax);
    expect(long).toEqual([]);
  });

  test("is named in lower case, its words joined by hyphens", () => {
    const odd = everything.filter(
      (path) => !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.ts$/.test(posix.basename(path)),
    );
    expect(odd).toEqual([]);
  });

  test("is no drawer: its name says what is in it", () => {
    const drawer =
      /^(utils?|utilities|common|commons|shared|helpers?|misc|tools|lib|types|constants)$/;
    const parts = (path: string) =>
      path
        .replace(/^lib\//, "")
        .replace(/\.ts$/, "")
        .split(/[/.-]/);
    expect(everything.filter((path) => parts(path).some((part) => drawer.test(part)))).toEqual([]);
  });

  test("passes on nothing that another file exports, and is called index where it registers", () => {
    expect(linesWith(everything, /^export (type )?(\*|\{[^}]*\} from)/)).toEqual([]);
    const indexes = shipped.filter((path) => nameOf(path) === "index");
    expect(indexes.filter((path) => !/^lib\/domains\/([a-z-]+\/)?index\.ts$/.test(path))).toEqual(
      [],
    );
  });
});

describe("a name", () => {
  test("of a type does not say Manager, Helper, Impl or I", () => {
    const hollow =
      /^\s*(export )?(class|interface|type) (I[A-Z]\w*|\w*(Manager|Helper|Impl|Utils?))[ <]/;
    expect(linesWith(everything, hollow)).toEqual([]);
    expect(word("export inter", "face IStore {")).toMatch(hollow);
  });
});

/** Files whose logic is proven elsewhere, and where. */
const provenElsewhere: Readonly<Record<string, string>> = {
  "lib/core/audit/audit-stream.ts":
    "audit-log.test.ts and audit-views.test.ts plant what it has to find",
  "lib/core/log/segments.ts":
    "ports, and two lines that rebuild.test.ts and audit-log.test.ts depend on",
  "lib/core/command/command-request.ts": "execute.test.ts compares whole answers",
  "lib/core/domain/decider.ts": "two lines, on which every decision of every domain's test depends",
  "lib/core/errors.ts": "a typed error; what it becomes is tested where answers are made",
  "lib/core/log/event-store.ts": "a port; contracts/event-store.ts is its test",
  "lib/core/openapi/openapi-operations.ts":
    "openapi.test.ts, and real answers in e2e/openapi.e2e.test.ts",
  "lib/core/openapi/openapi-parts.ts":
    "openapi.test.ts, and real answers in e2e/openapi.e2e.test.ts",
  "lib/core/openapi/openapi-system.ts":
    "openapi.test.ts, and real answers in e2e/openapi.e2e.test.ts",
  "lib/core/openapi/published-schemas.ts":
    "test/schemas compares what it gives with what is committed",
  "lib/core/system/metrics.ts":
    "data, and one line: infra/metrics.test.ts compares it with alarms, dashboard and functions",
  "lib/core/system/queues.ts": "data",
  "lib/core/system/route.ts": "data, and one line that registry's test reads",
  "lib/core/system/table.ts": "data, and one line that the stack's test reads",
  "lib/core/system/tables.ts": "data",
  "lib/domains/index.ts": "a list",
};

describe("a test", () => {
  const hasLogic = (path: string): boolean =>
    /^export (default|(async )?(const|function|class)\b)/m.test(textOf(path));
  const mirrorOf = (path: string): string => path.replace(/^lib\//, "test/").replace(/\.ts$/, ".");
  const isTested = (path: string): boolean =>
    tests.some((name) => name.startsWith(mirrorOf(path)) && name.endsWith(".test.ts"));

  test("stands where the code stands: every part of core and domains has one, or a reason", () => {
    const pure = sourcesIn("lib/core", "lib/domains").filter(hasLogic);
    expect(pure.filter((path) => !isTested(path) && !(path in provenElsewhere))).toEqual([]);
  });

  test("makes its reason for standing elsewhere obsolete", () => {
    const obsolete = Object.keys(provenElsewhere).filter(
      (path) => !shipped.includes(path) || isTested(path),
    );
    expect(obsolete).toEqual([]);
  });

  test("of core or of a domain is named after the file that it tests", () => {
    const stray = sourcesIn("test/core", "test/domains")
      .filter((path) => path.endsWith(".test.ts"))
      .filter((path) => {
        const code = `${posix.dirname(path).replace(/^test/, "lib")}/${nameOf(path)}.ts`;
        return !shipped.includes(code);
      });
    expect(stray).toEqual([]);
  });

  test("is neither skipped nor the only one that runs", () => {
    const left = /\b(describe|it|test)\.(only|skip|todo)\b/;
    expect(linesWith(tests, left)).toEqual([]);
  });
});

describe("no idiom that hides a fault", () => {
  test.each([
    ["a cast to any", /\bas any\b|<any>|: any\b|\bany\[\]/],
    ["a non-null assertion", /[\w\])]!(\.|\[|;|,|\)|$)/],
    ["the console", /\bconsole\.\w/],
    ["an enum or a namespace", /^(export )?(const )?(enum|namespace) /],
    ["a debugger", /^\s*debugger\b/],
  ])("in shipped code: %s", (_, pattern) => {
    const isComment = /^\S+ (\/\/|\/?\*)/;
    expect(linesWith(shipped, pattern).filter((line) => !isComment.test(line))).toEqual([]);
  });

  test.each([
    [
      "a rule switched off",
      new RegExp(word("@ts-", "(ignore|expect-error|nocheck)|biome-", "ignore")),
    ],
    [
      "work put off",
      new RegExp(`\\b(${word("TO", "DO")}|${word("FIX", "ME")}|${word("X", "XX")})\\b`),
    ],
  ])("anywhere: %s", (_, pattern) => {
    expect(linesWith(everything, pattern)).toEqual([]);
  });

  test("a switch of core or of a domain with a default, which the compiler cannot check", () => {
    expect(linesWith(sourcesIn("lib/core", "lib/domains"), /^\s*default:/)).toEqual([]);
  });
});

describe("the repository stands alone", () => {
  const written = files.filter((path) => !/\.(png|jpg|svg|ico|gz|zip|db)$/.test(path));

  test("it names no machine's paths", () => {
    const paths = new RegExp(
      `(^|[\\s"'\`(=])(/${word("wo", "rk")}|/${word("ho", "me")}|/${word("ro", "ot")}|/Users)/\\w`,
    );
    expect(linesWith(written, paths)).toEqual([]);
    expect(`see ${word("/ho", "me")}/ann/notes`).toMatch(paths);
  });

  test("it names no package registry", () => {
    const registry = new RegExp(
      `https?://[^\\s"']*(${word("regi", "stry")}|artifactory|nexus|verdaccio)`,
    );
    expect(linesWith(written, registry)).toEqual([]);
    expect(`https://${word("regi", "stry")}.example.org`).toMatch(registry);
  });
});
