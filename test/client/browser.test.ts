import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { sourcesIn, textOf } from "../sources.ts";
import { tokenNaming } from "./scripted-server.ts";

/** What a page uses: it says by events what happened in it. */
const page = `
  import { createClient } from "./lib/client/client.ts";
  import account from "./lib/domains/account/index.ts";
  import document from "./lib/domains/document/index.ts";
  import playback from "./lib/domains/playback/index.ts";

  const domains = { accounts: account, documents: document, playbacks: playback };
  const api = createClient({ url: "https://api.test", token, domains });
  const play = async () => {
    const live = await api.accounts.optimistic("a1", (document) => shown.push(document));
    await live.deposit({ amount: 7 });
    const done = await api.documents.edit("d1", { body: "new" });
    const film = await api.playbacks.optimistic("dune");
    void film.start({ position: 7 });
    return [live.document, done, film.document];
  };
  played = play();
`;

/** What browsers and Node have in common, and nothing that only Node has. */
const web = {
  AbortSignal,
  Headers,
  Response,
  TextDecoder,
  TextEncoder,
  URL,
  URLSearchParams,
  atob,
  btoa,
  crypto,
  setTimeout,
};

let bundle = "";

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: page, resolveDir: new URL("../..", import.meta.url).pathname, loader: "ts" },
    bundle: true,
    platform: "browser",
    format: "iife",
    write: false,
  });
  bundle = outputFiles[0]?.text ?? "";
});

test("the client runs where there is no Node", async () => {
  const event = { version: 1, time: "2026-11-01T10:00:00.000Z", actor: "ann" };
  const owner = { name: "Ann", email: "ann@example.com" };
  const data = { owner, ownerId: "ann", currency: "USD", initialBalance: 5 };
  const items: object[] = [{ ...event, type: "AccountOpened", data }];
  const fetched: string[] = [];
  const fetch = async (url: string, { method }: RequestInit) => {
    fetched.push(`${method} ${new URL(url).pathname}`);
    if (url.endsWith("/dune/history")) return new Response("{}", { status: 404 });
    if (url.endsWith("/history")) return Response.json({ items });
    const deposit = { amount: 7, currency: "USD" };
    items.push({ ...event, version: 2, type: "MoneyDeposited", data: deposit });
    return Response.json({ id: "x", version: 2, events: [] });
  };
  const shown: unknown[] = [];
  const token = tokenNaming({ sub: "auth0|ann" });
  const context = createContext({ ...web, fetch, shown, token, played: undefined });
  runInContext(bundle, context);
  const [document, done, film] = await context.played;
  expect(document).toMatchObject({ id: "a1", version: 2, balance: 12, owner });
  expect(done).toMatchObject({ version: 2 });
  expect(film).toMatchObject({ title: "dune", version: 1, position: 7 });
  expect(shown).toMatchObject([{ balance: 12 }, { balance: 12 }]);
  expect(fetched).toContain("POST /documents/d1/edit");
});

test("the client's own code names nothing that only Node has", () => {
  const node = /\bBuffer\b|\bprocess\b|\brequire\(|["']node:/;
  expect(sourcesIn("lib/client").filter((path) => node.test(textOf(path)))).toEqual([]);
});
