import * as z from "zod/mini";
import type { Proof } from "./proof.ts";

const Queue = z.object({ QueueUrl: z.string() });
const Messages = z.object({
  Messages: z._default(z.array(z.object({ Body: z.string(), ReceiptHandle: z.string() })), []),
});
const Event = z.looseObject({
  "detail-type": z.string(),
  source: z.string(),
  detail: z.looseObject({ id: z.string(), stream: z.string(), data: z.unknown() }),
});

/** An event as a consumer of the bus gets it. */
export type Heard = z.output<typeof Event>;

/** A consumer of the first stage's bus: a rule that sends all of its events to a queue. */
export interface Listener {
  /** Everything that has come since the last call. */
  heard(): Promise<readonly Heard[]>;
}

/** Sets a consumer up, as one outside of the stack would. */
export const listen = async ({ cloud, dev }: Proof): Promise<Listener> => {
  const QueueName = "listener";
  const queueArn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
  const allowed = {
    ...{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" } },
    ...{ Action: "sqs:SendMessage", Resource: queueArn },
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allowed] });
  const { QueueUrl } = await cloud.ask(Queue, "sqs", "create_queue", {
    ...{ QueueName, Attributes: { Policy } },
  });
  const EventBusName = dev.nameOf("PublisherBus", "AWS::Events::EventBus");
  const EventPattern = JSON.stringify({ source: [{ prefix: "everfold." }] });
  await cloud.tell("events", "put_rule", { Name: "listener", EventBusName, EventPattern });
  await cloud.tell("events", "put_targets", {
    ...{ Rule: "listener", EventBusName, Targets: [{ Id: "queue", Arn: queueArn }] },
  });
  return {
    heard: async () => {
      const events: Heard[] = [];
      for (;;) {
        const page = { QueueUrl, MaxNumberOfMessages: 10 };
        const { Messages: messages } = await cloud.ask(Messages, "sqs", "receive_message", page);
        if (messages.length === 0) return events;
        for (const { Body, ReceiptHandle } of messages) {
          events.push(Event.parse(JSON.parse(Body)));
          await cloud.tell("sqs", "delete_message", { QueueUrl, ReceiptHandle });
        }
      }
    },
  };
};
