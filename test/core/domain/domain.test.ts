import { describe, expect, test } from "vitest";
import {
  keyOf,
  publicId,
  stepsRoute,
  streamIdOf,
  streamOf,
  subjectOf,
} from "../../../lib/core/domain/domain.ts";
import { Command, jar, pour } from "../../jar.ts";

const ann = { sub: "auth0|ann", admin: false, auditor: false };
const ofEachUser = { ...jar, key: { parameter: "title", perUser: true } };

describe("a stream of a domain", () => {
  test("is named by what the path says", () => {
    expect(keyOf(jar).parameter).toBe("id");
    const id = streamIdOf(jar, "a-1", ann);
    expect(streamOf(jar, id)).toBe("jar-a-1");
    expect(publicId(jar, id)).toBe("a-1");
  });

  test("is the caller's own where each user has one", () => {
    const id = streamIdOf(ofEachUser, "dune", ann);
    expect(streamOf(ofEachUser, id)).toBe("jar-dune.~YXV0aDB8YW5u");
    expect(publicId(ofEachUser, id)).toBe("dune");
    const other = streamIdOf(ofEachUser, "dune", { ...ann, sub: "ben" });
    expect(other).not.toBe(id);
  });

  test.each(["", "a.b", "a b", undefined])("cannot be named %j", (id) => {
    const refused = (parameter: string) =>
      expect.objectContaining({
        kind: "bad-input",
        facts: { errors: [expect.objectContaining({ field: parameter })] },
      });
    expect(() => streamIdOf(jar, id, ann)).toThrow(refused("id"));
    expect(() => streamIdOf(ofEachUser, id, ann)).toThrow(refused("title"));
  });

  test("belongs to nobody before its first event", () => {
    expect(subjectOf(jar, null)).toEqual({ owner: undefined, parties: { keeper: undefined } });
    const { parties: _, ...alone } = jar;
    expect(subjectOf(alone, { ownerId: "ann" })).toEqual({ owner: "ann", parties: {} });
  });
});

describe("a route of several steps", () => {
  const route = stepsRoute(Command.lineages.Pour.now, (id, { to, coins }) => pour(id, to, coins));

  test("gives its steps for a body that fits", () => {
    const steps = route.steps("1", { to: "2", coins: 3 });
    expect(steps.map(({ id, command }) => [id, command([])])).toEqual([
      ["1", Command.Pour({ to: "2", coins: 3 })],
      ["2", Command.Fill({ from: "1", coins: 3 })],
    ]);
  });

  test("refuses a body that does not", () => {
    expect(() => route.steps("1", { to: "2", coins: 0 })).toThrow();
    expect(() => route.steps("1", { to: "2", coins: 1, more: 1 })).toThrow();
  });
});
