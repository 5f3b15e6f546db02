import { startQueue } from "../../local/queue.ts";
import { testQueues } from "./endpoints.ts";

// A queue in a process of its own, which a test can kill: `queue-process.ts <directory>` prints its address.

const [, , dataDir = ""] = process.argv;
const { url } = await startQueue({ dataDir, queues: testQueues });
process.stdout.write(`${url}\n`);
