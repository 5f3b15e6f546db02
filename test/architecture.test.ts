import { describe, expect, test } from "vitest";
import { importsIn, rules, violations } from "./architecture.ts";
import { files, sourcesIn, textOf } from "./sources.ts";

const shipped = sourcesIn("lib", "lambdas");
const all = sourcesIn("lib", "lambdas", "local", "bin", "bench");
const peers = all.filter((path) => path.startsWith("bench/peers/"));

describe("who may import whom", () => {
  test.each(rules.map(({ name, files: own }) => [name, own] as const))(
    "%s keeps to what it may import",
    (_, own) => {
      const broken = all
        .filter(
          (path) => own.test(path) && rules.find(({ files: of }) => of.test(path))?.files === own,
        )
        .flatMap((path) => violations(path, textOf(path)));
      expect(broken).toEqual([]);
    },
  );

  test("every source file belongs to a part that has rules", () => {
    expect(all.filter((path) => !rules.some(({ files: own }) => own.test(path)))).toEqual([]);
  });

  test("every package of the system is imported somewhere, and every imported one declared", () => {
    const { dependencies, devDependencies } = JSON.parse(textOf("package.json"));
    const packageOf = (name: string) => name.split("/", name.startsWith("@") ? 2 : 1).join("/");
    const imported = (paths: readonly string[]) =>
      new Set(
        paths
          .flatMap((path) => importsIn(textOf(path)))
          .filter(({ from, isType }) => !isType && !/^(\.|node:|$)/.test(from))
          .map(({ from }) => packageOf(from)),
      );
    const runtime = imported(shipped.filter((path) => !path.startsWith("lib/infra/")));
    expect([...runtime].filter((name) => !(name in dependencies))).toEqual([]);
    expect(Object.keys(dependencies).filter((name) => !imported(all).has(name))).toEqual([]);
    const declared = { ...dependencies, ...devDependencies };
    const ours = all.filter((path) => !peers.includes(path));
    expect([...imported(ours)].filter((name) => !(name in declared))).toEqual([]);
  });

  test("every package of the peers is declared beside them, in the versions that are ours too", () => {
    const { dependencies: ours } = JSON.parse(textOf("package.json"));
    const { dependencies: theirs } = JSON.parse(textOf("bench/package.json"));
    const used = new Set(
      peers
        .flatMap((path) => importsIn(textOf(path)))
        .map(({ from }) => from)
        .filter((from) => !/^(\.|node:)/.test(from)),
    );
    expect(used).toContain("@castore/core");
    expect([...used].filter((name) => !(name in theirs))).toEqual([]);
    const both = Object.keys(theirs).filter((name) => name in ours);
    expect(both).toContain("@aws-sdk/client-dynamodb");
    for (const name of both) expect(theirs[name], name).toBe(ours[name]);
  });
});

describe("what must not be in shipped code", () => {
  const linesWith = (paths: readonly string[], pattern: RegExp): readonly string[] =>
    paths.flatMap((path) =>
      textOf(path)
        .split("\n")
        .flatMap((line, index) =>
          pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
        ),
    );

  test("core and domains know no clock, no dice and no environment", () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.\w|\bset(Timeout|Interval|Immediate)\b|\bperformance\./;
    expect(linesWith(sourcesIn("lib/core", "lib/domains"), impure)).toEqual([]);
    expect("const now = Date.now();").toMatch(impure);
  });

  test("nothing asks whether it runs on a laptop", () => {
    const asks = /\bisLocal\b|AWS_ENDPOINT_URL|\blocalhost\b|127\.0\.0\.1/;
    expect(linesWith(shipped, asks)).toEqual([]);
  });

  test("zod is imported as a namespace, so that bundles leave out what is unused", () => {
    const named = new RegExp(`import (type )?\\{[^}]*\\} ${'from "zod(/mini)?"'}`);
    expect(
      linesWith(
        files.filter((path) => path.endsWith(".ts")),
        named,
      ),
    ).toEqual([]);
    expect(`import { z } ${'from "zod"'}`).toMatch(named);
    expect(`import { z } ${'from "zod/mini"'}`).toMatch(named);
  });

  test("whoever passes on what zod says has taught it English", () => {
    const passesOn = all.filter((path) => /\bprettifyError\(|\$ZodError\b/.test(textOf(path)));
    const taught = (path: string) =>
      importsIn(textOf(path)).some(({ from }) => /\benglish\.ts$/.test(from));
    expect(passesOn).toContain("lambdas/http/request.ts");
    expect(passesOn.filter((path) => !taught(path))).toEqual([]);
  });
});

describe("the rules themselves", () => {
  test.each([
    [
      "lib/core/log/load.ts",
      'import { x } from "../../domains/index.ts";',
      "core must not import lib/domains/index.ts",
    ],
    ["lib/core/log/load.ts", 'import { x } from "node:fs";', "core must not import node:fs"],
    [
      "lib/core/log/load.ts",
      'import {\n  x,\n} from "@aws-sdk/client-kms";',
      "must not import @aws-sdk/client-kms",
    ],
    ["lib/core/log/load.ts", 'import "uuid";', "core must not import uuid"],
    ["lib/core/log/load.ts", 'export { x } from "uuid";', "core must not import uuid"],
    [
      "lib/core/log/load.ts",
      'import type { X } from "aws-lambda";',
      "core must not import aws-lambda",
    ],
    [
      "lib/core/log/load.ts",
      'const x = await import("zod/mini");',
      "core must not load code by path",
    ],
    ["lib/core/log/load.ts", 'import * as z from "zod";', "core must not import zod"],
    ["lib/core/log/load.ts", 'import { x } from "./commit";', "without its extension"],
    [
      "lib/domains/ride/ride.ts",
      'import { x } from "../cart/cart.ts";',
      "a domain must not import lib/domains/cart/cart.ts",
    ],
    [
      "lib/domains/ride/ride.ts",
      'import { x } from "../../adapters/kms/client.ts";',
      "a domain must not import",
    ],
    [
      "lib/domains/index.ts",
      'import { x } from "../infra/api.ts";',
      "the registry must not import",
    ],
    [
      "lib/adapters/kms/client.ts",
      'import { x } from "../dynamodb/client.ts";',
      "an adapter must not import",
    ],
    [
      "lib/adapters/kms/client.ts",
      'import { x } from "../../domains/index.ts";',
      "an adapter must not import",
    ],
    [
      "lib/infra/api.ts",
      'import { x } from "../../lambdas/command.ts";',
      "the stack must not import lambdas",
    ],
    [
      "lib/infra/api.ts",
      'import { load } from "../core/log/load.ts";',
      "the stack must not import lib/core/log/load.ts",
    ],
    [
      "lambdas/command.ts",
      'import { x } from "../local/system.ts";',
      "a function must not import local",
    ],
    [
      "lambdas/command.ts",
      'import { x } from "../lib/infra/api.ts";',
      "a function must not import lib/infra",
    ],
    ["lambdas/command.ts", 'import { x } from "jose";', "a function must not import jose"],
    [
      "lambdas/command.ts",
      'import { KMSClient } from "@aws-sdk/client-kms";',
      "must not import @aws-sdk/client-kms",
    ],
    [
      "local/system.ts",
      'import { x } from "../lambdas/command.ts";',
      "the local host must not import lambdas",
    ],
    [
      "local/system.ts",
      'import { x } from "../lib/infra/api.ts";',
      "the local host must not import lib/infra",
    ],
    [
      "bin/app.ts",
      'import { x } from "../lambdas/command.ts";',
      "what people run must not import lambdas",
    ],
    [
      "bench/commands.ts",
      'import { Command } from "@castore/core";',
      "a benchmark must not import @castore/core",
    ],
    [
      "bench/peers/castore.ts",
      'import { x } from "../../lambdas/clock.ts";',
      "a peer of the benchmarks must not import lambdas/clock.ts",
    ],
    ["lib/tools/x.ts", "", "belongs to no part of the system"],
  ])("find in %s: %s", (path, source, message) => {
    expect(violations(path, source).join()).toContain(message);
  });

  test("leave alone what is allowed, and what is only written in a comment", () => {
    const source = [
      'import { createHash } from "node:crypto";',
      'import type { Commit } from "./commit.ts";',
      '// import { x } from "node:fs";',
      '/* import { x } from "uuid"; */',
    ].join("\n");
    expect(violations("lib/core/log/load.ts", source)).toEqual([]);
    const typed = 'import type { KMSClient } from "@aws-sdk/client-kms";';
    expect(violations("lambdas/key-ports.ts", typed)).toEqual([]);
    expect(violations("local/functions.ts", "await import(url)")).toEqual([]);
  });
});
