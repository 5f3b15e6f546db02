import { join } from "node:path";
import { startAwsJson } from "./aws-json.ts";
import { busOperations, DeliveredEvent } from "./bus-operations.ts";
import { openJournal } from "./journal.ts";

/** Name of the file that holds the recent events. */
export const busFileName = "bus.log";

/** Where events are kept, and how many. */
export interface BusOptions {
  readonly dataDir: string;
  readonly keep?: number;
}

/** A running local EventBridge. */
export interface LocalBus {
  readonly url: string;
  /** The last events as a consumer would get them, the newest first. */
  recent(limit: number): readonly DeliveredEvent[];
  stop(): Promise<void>;
}

/**
 * Starts a look-alike of EventBridge on a free loopback port: it takes what `PutEvents` takes, refuses what that
 * refuses, and keeps the last events instead of passing them on.
 */
export const startBus = async ({ dataDir, keep = 1000 }: BusOptions): Promise<LocalBus> => {
  const { journal, records } = openJournal(join(dataDir, busFileName), (record) =>
    DeliveredEvent.parse(record),
  );
  let events = records.slice(-keep);
  const endpoint = await startAwsJson({
    target: "AWSEvents",
    contentType: "application/x-amz-json-1.1",
    bodyBytesMax: 4 * 1024 * 1024,
    operations: busOperations((added) => {
      journal.append(added);
      events = [...events, ...added].slice(-keep);
      if (journal.length > 2 * keep) journal.rewrite(events);
    }),
  });
  return {
    url: endpoint.url,
    recent: (limit) => events.toReversed().slice(0, limit),
    stop: async () => {
      await endpoint.stop();
      journal.close();
    },
  };
};
