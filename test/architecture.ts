import { posix } from "node:path";

/** One import of a file. */
interface Import {
  readonly from: string;
  /** True: nothing is left of it when the code runs. */
  readonly isType: boolean;
  readonly isDynamic: boolean;
}

/** What the files of a folder may import. */
interface Rule {
  readonly name: string;
  /** The folder; a group in it stands for `$1` in what may be imported. */
  readonly files: RegExp;
  /** Paths from the root, and packages. */
  readonly may: readonly string[];
  /** What may be imported as types only. */
  readonly mayName?: readonly string[];
  readonly mayLoadByPath?: true;
}

// Tables, routes and queues are data that the stack and the local host derive from.
const data = ["lib/core/system/*", "lib/core/personal/key-service.ts"];

/** Who may import whom. `*` stands for anything that begins so. */
export const rules: readonly Rule[] = [
  {
    name: "core",
    files: /^lib\/core\//,
    may: ["lib/core/*", "zod/*", "canonicalize", "node:crypto"],
  },
  {
    name: "the registry",
    files: /^lib\/domains\/index\.ts$/,
    may: ["lib/core/*", "lib/domains/*"],
  },
  {
    name: "a domain",
    files: /^lib\/domains\/([a-z-]+)\//,
    may: ["lib/core/*", "lib/domains/$1/*", "zod", "zod/mini", "diff"],
  },
  {
    name: "an adapter",
    files: /^lib\/adapters\/([a-z0-9-]+)\//,
    may: [
      ...["lib/core/*", "lib/adapters/$1/*", "node:*"],
      ...["@aws-sdk/*", "to-fast-properties", "zod/mini"],
    ],
    mayName: ["aws-lambda"],
  },
  {
    name: "the stack",
    files: /^lib\/infra\//,
    may: [
      ...["lib/infra/*", ...data, "node:*"],
      ...["aws-cdk-lib", "aws-cdk-lib/*", "cdk-nag", "constructs"],
    ],
    mayName: ["lib/core/*"],
  },
  {
    name: "the client",
    files: /^lib\/client\//,
    may: ["lib/client/*", "lib/core/*", "lib/domains/*", "zod/mini"],
  },
  {
    name: "a function",
    files: /^lambdas\//,
    may: [
      "lambdas/*",
      "lib/core/*",
      "lib/domains/index.ts",
      "lib/adapters/*",
      "@aws-lambda-powertools/*",
      "@middy/core",
      "node:*",
      "uuid",
      "zod/mini",
      "zod/v4/core",
    ],
    mayName: ["aws-lambda", "@aws-sdk/*"],
  },
  {
    name: "the local host",
    files: /^local\//,
    may: [
      ...["local/*", ...data, "lib/core/english.ts", "lib/domains/index.ts"],
      ...["@aws-sdk/*", "jose", "node:*", "zod/mini"],
    ],
    mayName: ["aws-lambda", "lib/core/*"],
    mayLoadByPath: true,
  },
  {
    name: "what people run",
    files: /^bin\//,
    may: [
      "bin/*",
      "lib/core/english.ts",
      "lib/infra/*",
      "lib/client/*",
      "local/*",
      "lib/domains/*",
      "aws-cdk-lib",
      "cli-progress",
      "cli-table3",
      "node:*",
      "zod/mini",
    ],
  },
  {
    name: "a peer of the benchmarks",
    files: /^bench\/peers\//,
    may: [
      "bench/*",
      "lib/core/*",
      "@aws-sdk/*",
      "@castore/*",
      "@equinox-js/*",
      "event-store-adapter-js",
      "node:*",
    ],
  },
  {
    name: "a benchmark",
    files: /^bench\//,
    may: [
      "bench/*",
      "lib/*",
      "lambdas/*",
      "local/*",
      "@aws-sdk/*",
      "cli-progress",
      "cli-table3",
      "esbuild",
      "node:*",
      "uuid",
      "zod/mini",
    ],
    mayLoadByPath: true,
  },
];

const withoutComments = (source: string): string =>
  source.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");

/** Every import of a source text. */
export const importsIn = (source: string): readonly Import[] => {
  const text = withoutComments(source);
  const stated = text.matchAll(/^(?:import|export)\s+(type\s)?[^"';]*?from\s+"([^"]+)"/gm);
  const bare = text.matchAll(/^import\s+"([^"]+)"/gm);
  const dynamic = text.matchAll(/\bimport\(\s*(?:"([^"]+)")?/g);
  return [
    ...[...stated].map(([, type, from = ""]) => ({ from, isType: !!type, isDynamic: false })),
    ...[...bare].map(([, from = ""]) => ({ from, isType: false, isDynamic: false })),
    ...[...dynamic].map(([, from = ""]) => ({ from, isType: false, isDynamic: true })),
  ];
};

const fits = (target: string, pattern: string): boolean =>
  pattern.endsWith("*") ? target.startsWith(pattern.slice(0, -1)) : target === pattern;

/** What a file imports against the rules, in sentences. */
export const violations = (path: string, source: string): readonly string[] => {
  const rule = rules.find(({ files }) => files.test(path));
  if (!rule) return [`${path} belongs to no part of the system.`];
  const [, group = ""] = rule.files.exec(path) ?? [];
  const allowed = (patterns: readonly string[] = [], target: string): boolean =>
    patterns.some((pattern) => fits(target, pattern.replace("$1", group)));
  return importsIn(source).flatMap(({ from, isType, isDynamic }) => {
    if (isDynamic)
      return rule.mayLoadByPath ? [] : [`${path}: ${rule.name} must not load code by path.`];
    const isOurs = from.startsWith(".");
    if (isOurs && !from.endsWith(".ts")) return [`${path} imports ${from} without its extension.`];
    const target = isOurs ? posix.join(posix.dirname(path), from) : from;
    if (allowed(rule.may, target) || (isType && allowed(rule.mayName, target))) return [];
    return [`${path}: ${rule.name} must not import ${target}.`];
  });
};
