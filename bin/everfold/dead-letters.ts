import * as z from "zod/mini";
import type { Command, Outcome, Work } from "./command.ts";
import { table } from "./table.ts";

const Pair = z.object({
  view: z.string(),
  generation: z.int(),
  stream: z.string(),
  reason: z.string(),
  since: z.string(),
});
const DeadLetters = z.object({ items: z.array(Pair), messages: z.int() });
const Redriven = z.object({ streams: z.int(), messages: z.int(), more: z.boolean() });

/** One call moves some hundreds of messages. */
const callsMax = 100;

const list = async ({ server }: Work): Promise<Outcome> => {
  const data = await server.get("/admin/dead-letters", DeadLetters);
  const { items, messages } = data;
  const rows = items.map(({ view, generation, stream, since, reason }) => [
    ...[view, generation, stream, since, reason],
  ]);
  const counts = [
    `${items.length} streams were given up;`,
    `about ${messages} messages are in the dead-letter queue.`,
  ].join(" ");
  const drawn = table(["view", "generation", "stream", "since", "reason"], rows);
  return { ok: true, text: items.length === 0 ? counts : `${drawn}\n\n${counts}`, data };
};

const redrive = async ({ server, terminal }: Work): Promise<Outcome> => {
  let streams = 0;
  let messages = 0;
  let more = true;
  try {
    for (let calls = 0; more && calls < callsMax; calls++) {
      const moved = await server.post("/admin/dead-letters/redrive", Redriven);
      streams += moved.streams;
      messages += moved.messages;
      more = moved.more;
      terminal.progress.show(0, undefined, `${streams} streams, ${messages} messages queued`);
    }
  } finally {
    terminal.progress.stop();
  }
  const text = [
    `${streams} streams and ${messages} messages were queued again.`,
    ...(more ? ["There are more: repeat the command."] : []),
    ...(streams > 0 ? ['What fails again comes back to "everfold dead-letters list".'] : []),
  ].join(" ");
  return { ok: !more, text, data: { streams, messages, more } };
};

/** What operators do with work that was given up. */
export const deadLetterCommands: readonly Command[] = [
  {
    words: ["dead-letters", "list"],
    operands: [],
    options: [],
    summary: "show streams that a view has given up on, and why",
    details: "A stream of this list is behind in that view only; other streams go on.",
    run: list,
  },
  {
    words: ["dead-letters", "redrive"],
    operands: [],
    options: [],
    summary: "queue all of them again, once their cause is mended",
    details: "Safe to repeat: work that is done twice comes to the same.",
    run: redrive,
  },
];
