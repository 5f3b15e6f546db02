import type { Domain } from "../../lib/core/domain/domain.ts";
import type { HistoryItem } from "../../lib/core/log/history.ts";
import { Personal } from "../../lib/core/personal/personal.ts";
import { viewEvents } from "../../lib/core/view/envelope.ts";
import type { createCommandProcess } from "../command-process.ts";

const opened = (value: unknown): unknown => {
  if (value instanceof Personal)
    return JSON.parse(new TextDecoder().decode(value.sealed ?? new Uint8Array()))[1];
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item)]));
};

/** The history of a stream as a server answers it: in order, with what the fake sealer sealed opened. */
export const openedHistory = (
  domain: Domain,
  { store }: Pick<ReturnType<typeof createCommandProcess>, "store">,
  stream: string,
): readonly HistoryItem[] =>
  store.commits(stream).flatMap((commit) =>
    viewEvents(domain, commit).map(({ event, at: { version, time, actor } }) => ({
      version,
      type: event.type,
      data: JSON.parse(JSON.stringify(opened(event.data))),
      time,
      actor,
    })),
  );
