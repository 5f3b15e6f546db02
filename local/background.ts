import { join } from "node:path";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { startBus } from "./bus.ts";
import type { DeliveredEvent } from "./bus-operations.ts";
import { failuresIn } from "./endpoints.ts";
import { keepDiscarded } from "./failure-destination.ts";
import { tellCreated } from "./failure-notice.ts";
import { callFunction } from "./function.ts";
import { applyEnvironment, loadFunctions } from "./functions.ts";
import { startQueuePump } from "./queue-pump.ts";
import { startSchedule } from "./schedule.ts";
import { errorText, refuseBroken } from "./startup-fault.ts";
import { createStopper, type Stopper } from "./stopper.ts";
import { type PumpSettings, type StreamPump, startStreamPump } from "./stream-pump.ts";

/** What feeds functions without a request: the event table's stream, the work queue, and the clock. */
export interface BackgroundOptions {
  /** The data directory's absolute path. */
  readonly dataDir: string;
  readonly streamArn: string;
  readonly queueUrl: string;
  readonly pump?: Partial<PumpSettings>;
}

/** Functions that run without a request. */
export interface Background extends Pick<StreamPump, "wake"> {
  /** Resolves when everything committed before this call has reached the views. */
  idle(): Promise<void>;
  /** The last events on the bus as a consumer would get them, the newest first. */
  recentEvents(limit: number): Promise<readonly DeliveredEvent[]>;
  /** Settles only when it ends without having been stopped. */
  readonly died: Promise<Error>;
  /** Ends after the calls at hand, within bounds; what was not delivered yet comes at the next start. */
  stop(): Promise<void>;
}

/** A way to start them; the environment that functions read has to be set before. */
export type StartBackground = (
  options: BackgroundOptions,
  log: (line: string) => void,
) => Promise<Background>;

const stopPartMs = 10_000;
const minuteMs = 60_000;
const streamFunctions = ["projector", "publisher"] as const;
/** At the rates of the stack. What heals after a crash runs at the start too, the caretaker before anything else. */
const schedules = [
  { name: "caretaker", everyMs: 5 * minuteMs, firstMs: 5 * minuteMs },
  { name: "sweeper", everyMs: 60 * minuteMs, firstMs: 0 },
  { name: "auditor", everyMs: 24 * 60 * minuteMs, firstMs: 24 * 60 * minuteMs },
] as const;

const startParts = async (
  { dataDir, streamArn, queueUrl, pump: settings }: BackgroundOptions,
  log: (line: string) => void,
  stopper: Stopper,
): Promise<Omit<Background, "died" | "stop">> => {
  const bus = await startBus({ dataDir }).catch(refuseBroken("bus", dataDir));
  stopper.add("bus", bus.stop);
  stopper.add("bus's address", applyEnvironment({ AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url }));
  const scheduled = schedules.map(({ name }) => name);
  const functions = await loadFunctions([...streamFunctions, ...scheduled, "rescuer", "worker"]);
  // A view that is recorded after something was committed counts as unbuilt, and would be rebuilt.
  await callFunction(functions("caretaker"), {}).catch((error) =>
    log(`The caretaker failed: ${errorText(error)}`),
  );
  const client = new DynamoDBStreamsClient();
  stopper.add("stream client", () => client.destroy());
  const worker = startQueuePump({
    queueUrl,
    function: functions("worker"),
    onFailure: (error) => log(`The work queue: ${errorText(error)}`),
  });
  stopper.add("work queue's pump", worker.stop);
  const onCreated = tellCreated({ function: functions("rescuer"), log });
  const pumps: StreamPump[] = [];
  for (const name of streamFunctions) {
    const pump = await startStreamPump({
      client,
      streamArn,
      function: functions(name),
      checkpointPath: join(dataDir, "checkpoints", `${name}.json`),
      onDiscard: keepDiscarded(failuresIn(dataDir), name, onCreated),
      ...(settings && { settings }),
      log,
    });
    stopper.add(`${name}'s stream`, pump.stop);
    pumps.push(pump);
  }
  for (const { name, ...times } of schedules) {
    const schedule = startSchedule({ function: functions(name), ...times, log });
    stopper.add(`${name}'s schedule`, schedule.stop);
  }
  return {
    wake: () => {
      for (const pump of pumps) pump.wake();
    },
    idle: async () => {
      await Promise.all(pumps.map((pump) => pump.idle()));
      await worker.idle();
    },
    recentEvents: async (limit) => bus.recent(limit),
  };
};

/** Starts them in this process. Refuses, with nothing left running, for every reason of its parts. */
export const startBackground: StartBackground = async (options, log) => {
  const stopper = createStopper(log, stopPartMs);
  try {
    const parts = await startParts(options, log, stopper);
    return { ...parts, died: new Promise(() => undefined), stop: stopper.stop };
  } catch (error) {
    await stopper.stop();
    throw error;
  }
};
