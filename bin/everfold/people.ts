import { writeFile } from "node:fs/promises";
import * as z from "zod/mini";
import { pathWith } from "../../lib/client/line.ts";
import type { Command, Outcome, Work } from "./command.ts";
import { OperatorFault, UsageFault } from "./failure.ts";
import { printable } from "./table.ts";

const Stream = z.looseObject({
  stream: z.string(),
  document: z.looseObject({}),
  events: z.array(z.unknown()),
});
type Stream = z.output<typeof Stream>;
const ExportPage = z.object({
  person: z.string(),
  streams: z.array(Stream),
  erased: z.optional(z.boolean()),
  cursor: z.optional(z.string()),
});
const Erasure = z.object({ user: z.string(), erasedAt: z.string(), keyDestroyedAt: z.string() });

const personPath = (person: string): string => `/people/${encodeURIComponent(person)}`;

/** Adds a page's streams; a long stream goes on in the page after. */
const addStreams = (streams: Map<string, Stream>, page: readonly Stream[]): void => {
  for (const each of page) {
    const before = streams.get(each.stream)?.events ?? [];
    streams.set(each.stream, { ...each, events: [...before, ...each.events] });
  }
};

const exportAll = async ({ server, terminal }: Work, person: string) => {
  const streams = new Map<string, Stream>();
  let erased = false;
  let cursor: string | undefined;
  try {
    do {
      const path = pathWith(`${personPath(person)}/export`, { cursor });
      const page = await server.get(path, ExportPage);
      addStreams(streams, page.streams);
      erased ||= page.erased ?? false;
      cursor = page.cursor;
      terminal.progress.show(streams.size, undefined, `${streams.size} streams exported`);
    } while (cursor !== undefined);
  } finally {
    terminal.progress.stop();
  }
  return { person, ...(erased ? { erased } : {}), streams: [...streams.values()] };
};

/** Writes a file for its owner only; refuses to replace one. */
const keep = async (path: string, text: string): Promise<void> => {
  try {
    await writeFile(path, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorFault(`The export was not written to ${path}: ${reason}.`);
  }
};

const exportPerson = async (work: Work): Promise<Outcome> => {
  const [person = ""] = work.operands;
  const { out } = work.options;
  const data = await exportAll(work, person);
  const whole = JSON.stringify(data, undefined, 2);
  if (typeof out !== "string") return { ok: true, text: whole, data };
  await keep(out, `${whole}\n`);
  const written = { person, streams: data.streams.length, file: out };
  const count = `${written.streams} streams`;
  const text = `${printable(person)}: ${count} are in ${out}, for its owner only.`;
  return { ok: true, text, data: written };
};

const confirm = async ({ terminal, options }: Work, person: string): Promise<void> => {
  if (options.yes) return;
  const name = printable(person);
  const answer = await terminal.ask(
    [
      `Erasing ${name} cannot be undone: their personal values are lost in every copy, backups`,
      `too.\nType ${name} to go on: `,
    ].join(" "),
  );
  if (answer === undefined)
    throw new UsageFault("Nobody is there to confirm: --yes erases without asking.");
  if (answer.trim() !== name) throw new OperatorFault("Not confirmed; nothing was erased.");
};

const erase = async (work: Work): Promise<Outcome> => {
  const [person = ""] = work.operands;
  await confirm(work, person);
  const data = await work.server.remove(personPath(person), Erasure);
  const text = [
    `${printable(data.user)} was erased at ${data.erasedAt}.`,
    "Readers see null within a minute.",
    `The key is destroyed at ${data.keyDestroyedAt}; nobody can bring the values back after that.`,
  ].join(" ");
  return { ok: true, text, data };
};

/** What operators do for people. */
export const peopleCommands: readonly Command[] = [
  {
    words: ["people", "export"],
    operands: ["<sub>"],
    options: ["out"],
    summary: "export everything that concerns a person, as one JSON document",
    details: "--out <file>  write it to a new file that only its owner can read",
    run: exportPerson,
  },
  {
    words: ["people", "erase"],
    operands: ["<sub>"],
    options: ["yes"],
    summary: "forget a person for good",
    details: "--yes, -y  do not ask for confirmation",
    run: erase,
  },
];
