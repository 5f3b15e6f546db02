import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { startQueue } from "../../local/queue.ts";
import { pointSdkAt, temporaryDirectory, testQueues } from "./endpoints.ts";

const script = fileURLToPath(new URL("./queue-process.ts", import.meta.url));

const receive = async (url: string): Promise<readonly Message[]> => {
  pointSdkAt("SQS", url);
  const { Messages = [] } = await new SQSClient().send(
    new ReceiveMessageCommand({ QueueUrl: `${url}/0/work`, MaxNumberOfMessages: 10 }),
  );
  return Messages;
};

test("what a queue acknowledged survives the kill of its process", async () => {
  const directory = await temporaryDirectory();
  const child = spawn(process.execPath, ["--import", "tsx", script, directory.path]);
  try {
    const [address] = await once(child.stdout, "data");
    const url = String(address).trim();
    pointSdkAt("SQS", url);
    const client = new SQSClient();
    for (const MessageBody of ["done", "held", "waiting"]) {
      await client.send(new SendMessageCommand({ QueueUrl: `${url}/0/work`, MessageBody }));
      if (MessageBody === "waiting") continue;
      const [{ ReceiptHandle } = {}] = await receive(url);
      if (MessageBody === "done")
        await client.send(new DeleteMessageCommand({ QueueUrl: `${url}/0/work`, ReceiptHandle }));
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    const again = await startQueue({ dataDir: directory.path, queues: testQueues });
    const bodies = (await receive(again.url)).map(({ Body }) => Body);
    await again.stop();
    expect(bodies).toEqual(["held", "waiting"]);
  } finally {
    child.kill("SIGKILL");
    await directory.remove();
  }
});
