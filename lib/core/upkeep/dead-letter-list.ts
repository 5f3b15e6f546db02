import { type ProjectPorts, parkAndQueue } from "../view/project.ts";
import type { View } from "../view/view.ts";
import {
  fedBuilds,
  type ParkedPair,
  parkedCount,
  type ViewCatalogue,
} from "../view/view-control.ts";
import type { DeadLetters } from "./dead-letters.ts";

/** What listing and redriving dead letters needs of the world. */
export interface DeadLetterPorts extends Pick<ProjectPorts, "parking" | "queue" | "now"> {
  readonly views: readonly View[];
  readonly catalogue: ViewCatalogue;
  readonly deadLetters: DeadLetters;
}

/** Streams that the catch-up has given up on that one redrive, or one answer, deals with. */
export const deadPairsMax = 1_000;

/** Streams that the catch-up has given up on, with the reason, until somebody redrives them. */
export const listDeadPairs = async ({
  catalogue,
  parking,
  now,
}: Pick<DeadLetterPorts, "catalogue" | "parking" | "now">): Promise<readonly ParkedPair[]> => {
  const dead: ParkedPair[] = [];
  for (const record of await catalogue.list())
    for (const { generation } of fedBuilds(record, now())) {
      if (parkedCount(record, generation) === 0) continue;
      let after: string | undefined;
      do {
        const page = await parking.list(record.view, generation, after);
        dead.push(...page.pairs.filter((pair) => pair.dead));
        after = page.next;
      } while (after !== undefined && dead.length < deadPairsMax);
    }
  return dead.slice(0, deadPairsMax);
};

/** Queues everything again that was given up: dead streams by name, and whatever else is in the dead-letter queue. */
export const redriveAll = async (
  ports: DeadLetterPorts,
): Promise<{ readonly streams: number; readonly messages: number; readonly more: boolean }> => {
  const dead = await listDeadPairs(ports);
  for (const { reason, ...pair } of dead) await parkAndQueue(ports, { ...pair, cause: reason });
  const { moved, more } = await ports.deadLetters.redrive();
  return { streams: dead.length, messages: moved, more: more || dead.length === deadPairsMax };
};
