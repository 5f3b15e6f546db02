import * as z from "zod/mini";
import { pathWith } from "../../lib/client/line.ts";
import { wholeNumber } from "./arguments.ts";
import type { Command, Outcome, Work } from "./command.ts";
import { OperatorFault, UsageFault } from "./failure.ts";
import type { Server } from "./server.ts";
import { printable, table } from "./table.ts";

const Description = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
});
const Document = z.looseObject({ version: z.int() });
const Event = z.looseObject({
  version: z.int(),
  type: z.string(),
  time: z.string(),
  actor: z.string(),
  data: z.optional(z.unknown()),
});
type Event = z.output<typeof Event>;
const History = z.object({ items: z.array(Event), cursor: z.optional(z.string()) });
const Integrity = z.union([
  z.object({
    ok: z.literal(true),
    commits: z.int(),
    version: z.int(),
    hash: z.string(),
    cursor: z.optional(z.string()),
  }),
  z.object({ ok: z.literal(false), brokenAt: z.int(), reason: z.string() }),
]);

const eventsDefault = 100;
const eventsMax = 100_000;
const pageMax = 100;

/** Where the API answers for a stream; refuses streams that it shows to nobody but their user. */
const pathOf = async (server: Server, stream: string): Promise<string> => {
  const [, category = "", id = ""] = /^([a-z]+)-(.+)$/.exec(stream) ?? [];
  if (id === "") throw new UsageFault(`"${stream}" names no stream; one is like account-7f3a.`);
  const { paths } = await server.get("/openapi.json", Description);
  const found = Object.entries(paths).find(
    ([, { get }]) => get?.operationId === `${category}-document`,
  );
  if (!found) throw new OperatorFault(`${server.url} shows no streams of category "${category}".`);
  if (id.includes("."))
    throw new OperatorFault(
      [
        `${stream} is of one user, whom alone the API shows it.`,
        '"everfold audit" verifies it with all others.',
      ].join(" "),
    );
  return found[0].replace(/\{\w+\}$/, encodeURIComponent(id));
};

const readEvents = async (
  { server, terminal }: Work,
  path: string,
  limit: number,
): Promise<readonly Event[]> => {
  const events: Event[] = [];
  let cursor: string | undefined;
  try {
    do {
      const page = { limit: Math.min(pageMax, limit - events.length), cursor };
      const { items, cursor: next } = await server.get(pathWith(`${path}/history`, page), History);
      events.push(...items);
      cursor = next;
      if (cursor !== undefined) terminal.progress.show(events.length, limit, `of ${limit} events`);
    } while (cursor !== undefined && events.length < limit);
    return events;
  } finally {
    terminal.progress.stop();
  }
};

const show = async (work: Work): Promise<Outcome> => {
  const { server, operands, options } = work;
  const [stream = ""] = operands;
  const limit = wholeNumber(options, "limit", { min: 1, max: eventsMax, otherwise: eventsDefault });
  const path = await pathOf(server, stream);
  const document = await server.get(path, Document);
  const events = await readEvents(work, path, limit);
  const rows = events.map(({ version, time, type, actor, data }) => [
    version,
    time,
    type,
    actor,
    JSON.stringify(data),
  ]);
  const left = document.version - (events.at(-1)?.version ?? 0);
  const text = [
    printable(`${stream} is at version ${document.version}:`),
    printable(JSON.stringify(document)),
    "",
    table(["version", "time", "type", "actor", "data"], rows),
    ...(left > 0 ? ["", `${left} later events are not shown; --limit shows more.`] : []),
  ].join("\n");
  return { ok: true, text, data: { stream, document, events } };
};

/** Whether one stream's chain is whole, page by page; a bar where there is more than one. */
const verifyStream = async ({ server, terminal }: Work, stream: string) => {
  const path = await pathOf(server, stream);
  let total: number | undefined;
  let cursor: string | undefined;
  for (;;) {
    const page = await server.get(pathWith(`${path}/integrity`, { cursor }), Integrity);
    if (!page.ok) return { stream, ...page };
    const { cursor: next, ...verified } = page;
    if (next === undefined) return { stream, ...verified };
    total ??= (await server.get(path, Document)).version;
    terminal.progress.show(page.version, total, `of ${total} events of ${printable(stream)}`);
    cursor = next;
  }
};

const verify = async (work: Work): Promise<Outcome> => {
  const { operands, terminal } = work;
  const data: Awaited<ReturnType<typeof verifyStream>>[] = [];
  try {
    for (const stream of operands) data.push(await verifyStream(work, stream));
  } finally {
    terminal.progress.stop();
  }
  const rows = data.map((each) =>
    each.ok
      ? [each.stream, "whole", each.version, each.commits, each.hash]
      : [each.stream, "BROKEN", each.brokenAt, undefined, each.reason],
  );
  const head = ["stream", "chain", "version", "commits", "head hash, or why it is broken"];
  return { ok: data.every(({ ok }) => ok), text: table(head, rows), data };
};

/** What operators do with single streams. */
export const streamCommands: readonly Command[] = [
  {
    words: ["streams", "show"],
    operands: ["<stream>"],
    options: ["limit"],
    summary: "show a stream's document and its events",
    details: `--limit <n>  events to show, from the first on (${eventsDefault})`,
    run: show,
  },
  {
    words: ["streams", "verify"],
    operands: ["<stream>..."],
    options: [],
    summary: "verify the hash chain of streams; 1 when one is broken",
    details: "Reads every commit of the streams again and computes their hashes.",
    run: verify,
  },
];
