import { beforeEach, describe, expect, test } from "vitest";
import type { QueryPorts } from "../../../lambdas/queries/query.ts";
import { answerView } from "../../../lambdas/queries/view.ts";
import { parseToken } from "../../../lib/core/query/consistency-token.ts";
import { project } from "../../../lib/core/view/project.ts";
import type { TallyView } from "../../../lib/core/view/tally-view.ts";
import { Event, jar } from "../../jar.ts";
import { createJarLog, type JarLog } from "../../jar-log.ts";
import { createReadSide, type ReadSide } from "../../read-side.ts";
import { purses, ranking } from "../../sample-views.ts";
import { httpEvent } from "../http/event.ts";

let side: ReadSide;
let log: JarLog;

const ann = { sub: "ann", admin: false, auditor: false };
const auditor = { sub: "aud", admin: false, auditor: true };

/** Asks a tally over HTTP, as far as its function goes. */
const ask = (
  view: TallyView,
  query: Readonly<Record<string, string>>,
  token = "",
  caller = ann,
) => {
  const ports: QueryPorts = {
    ...side.start(),
    opener: { open: async () => [] },
    generations: async () => [1],
  };
  const { query: asked = expect.fail() } = view;
  const path = `/views/${view.name}`;
  const route = { method: "GET", path, handler: "query", domain: jar, view, query: asked } as const;
  const event = httpEvent({ routeKey: `GET ${path}`, path, query });
  const about = () => undefined;
  return answerView({ ports, route, event, caller, about, token: parseToken(token || undefined) });
};

/** Fills a jar, and projects it. */
const made = async (id: string, coins: number): Promise<void> => {
  const commit = await log.add(id, [Event.Made({ ownerId: id, coins })], id);
  expect(await project(side.start(), [commit])).toEqual([]);
};

beforeEach(async () => {
  side = createReadSide();
  log = createJarLog(side.store);
  await made("ben", 20);
  side.memory.index(ranking).lagMs = Number.POSITIVE_INFINITY;
  await made("cleo", 30);
});

describe("a tally that is asked by its sum over HTTP", () => {
  const coins = async (token?: string) => {
    const { body } = await ask(ranking, { kind: "in" }, token, auditor);
    return Object(body).items.map((item: object) => Object(item).coins);
  };

  test("shows what the token names, though its index has not got it", async () => {
    expect(await coins()).toEqual([20]);
    expect(await coins("jar-cleo@1")).toEqual([30, 20]);
  });

  test("is paged with the token and without it, each row once", async () => {
    const first = await ask(ranking, { kind: "in", limit: "1" }, "jar-cleo@1", auditor);
    expect(first.body).toMatchObject({ items: [{ owner: "cleo", coins: 30 }] });
    side.memory.index(ranking).catchUp();
    const { cursor } = Object(first.body);
    for (const token of ["jar-cleo@1", ""]) {
      const { body } = await ask(ranking, { kind: "in", limit: "1", cursor }, token, auditor);
      expect(body).toEqual({ items: [{ owner: "ben", kind: "in", coins: 20 }] });
    }
  });
});

describe("a token that names a version which does not exist", () => {
  test("is refused when the stream is the caller's own", async () => {
    await made("ann", 1);
    await expect(ask(purses, { user: "ann" }, "jar-ann@2")).rejects.toMatchObject({
      kind: "bad-input",
    });
  });

  test("tells nobody how far somebody else's stream is", async () => {
    const answers = [];
    for (const version of [1, 2, 99])
      answers.push(await ask(purses, { user: "ann" }, `jar-cleo@${version}`));
    expect(answers).toEqual(Array(3).fill({ status: 200, body: { items: [] } }));
  });
});
