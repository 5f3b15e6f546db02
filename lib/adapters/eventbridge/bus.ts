import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import {
  type Bus,
  type BusEvent,
  type BusFailure,
  busBytes,
  busBytesMax,
} from "../../core/bus/bus.ts";
import { type Clock, pause } from "../../core/retry.ts";

/** Bounds of one call of `publish`; after `publishMs` nothing more is sent. */
export const publishBounds = { entriesMax: 10, attemptsMax: 5, publishMs: 20_000 } as const;

// Source: EventBridge API reference, "PutEventsResultEntry".
const worthAnother = new Set(["InternalFailure", "InternalException", "ThrottlingException"]);

type Refused = BusFailure & { readonly again: boolean };

/** Consecutive events, as many as one request takes. */
const requests = (events: readonly BusEvent[]): readonly (readonly BusEvent[])[] => {
  const groups: BusEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const group = groups.at(-1);
    bytes += busBytes(event);
    if (group && group.length < publishBounds.entriesMax && bytes <= busBytesMax) group.push(event);
    else {
      groups.push([event]);
      bytes = busBytes(event);
    }
  }
  return groups;
};

const put = async (
  client: Pick<EventBridgeClient, "send">,
  busName: string,
  events: readonly BusEvent[],
): Promise<readonly Refused[]> => {
  const toEntry = ({ source, type, time, detail }: BusEvent): PutEventsRequestEntry => ({
    EventBusName: busName,
    Source: source,
    DetailType: type,
    Time: new Date(time),
    Detail: detail,
  });
  try {
    const { Entries = [] } = await client.send(
      new PutEventsCommand({ Entries: events.map(toEntry) }),
    );
    return events.flatMap((event, index) => {
      const { EventId, ErrorCode = "no answer", ErrorMessage = "" } = Entries[index] ?? {};
      if (EventId !== undefined) return [];
      const cause = new Error(
        `The bus refused ${event.stream}@${event.version}: ${ErrorCode} ${ErrorMessage}`,
      );
      return [{ event, cause, again: worthAnother.has(ErrorCode) }];
    });
  } catch (cause) {
    // The client has tried again by itself, as often as it was worth it.
    return events.map((event) => ({ event, cause, again: false }));
  }
};

/** The bus on EventBridge. Requests follow each other, so that events of a stream are offered in their order. */
export const createBus = (
  client: Pick<EventBridgeClient, "send">,
  busName: string,
  clock: Clock,
): Bus => {
  const putWithin = async (
    deadline: number,
    events: readonly BusEvent[],
  ): Promise<BusFailure[]> => {
    const lost: BusFailure[] = [];
    let pending = events;
    for (let attempt = 1; pending.length > 0; attempt++) {
      const refused = await put(client, busName, pending);
      const isLast = attempt === publishBounds.attemptsMax || clock.now() >= deadline;
      const again = isLast ? [] : refused.filter((each) => each.again);
      lost.push(...refused.filter((each) => !again.includes(each)));
      pending = again.map(({ event }) => event);
      if (pending.length > 0) await pause(clock, attempt);
    }
    return lost;
  };
  return {
    publish: async (events) => {
      const deadline = clock.now() + publishBounds.publishMs;
      const failures: BusFailure[] = [];
      const held = new Set<string>();
      const fail = (failure: BusFailure): void => {
        failures.push(failure);
        held.add(failure.event.stream);
      };
      for (const group of requests(events)) {
        const isLate = clock.now() >= deadline;
        const isHeld = ({ stream }: BusEvent): boolean => isLate || held.has(stream);
        const sent = group.filter((event) => !isHeld(event));
        const reason = isLate ? "there was no time left" : "an earlier event of its stream failed";
        for (const event of group.filter(isHeld))
          fail({ event, cause: new Error(`Not sent to the bus: ${reason}.`) });
        for (const failure of await putWithin(deadline, sent)) fail(failure);
      }
      return failures;
    },
  };
};
