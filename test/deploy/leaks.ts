import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import type { Proof } from "./proof.ts";

const Events = z.object({ events: z._default(z.array(z.object({ message: z.string() })), []) });

/** A line that a function or the platform has logged. */
export interface Logged {
  readonly group: string;
  readonly message: string;
}

/** Everything that a stage's functions have logged. */
export const logsOf = async ({ cloud, dev }: Proof): Promise<readonly Logged[]> => {
  const logged: Logged[] = [];
  for (const group of dev.namesOf("AWS::Logs::LogGroup")) {
    const asked = { logGroupName: group };
    const { events } = await cloud.ask(Events, "logs", "filter_log_events", asked);
    logged.push(...events.map(({ message }) => ({ group, message })));
  }
  return logged;
};

/** Everything that can be read in a value, its bytes too. */
const legible = (value: unknown): string => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, item]) => `${key}=${legible(item)}`)
    .join("\n");
};

/** Every item of every table of a stage as text, binary values too. */
export const itemsOf = async ({ dev }: Proof): Promise<readonly string[]> => {
  const client = createDocumentClient();
  const texts: string[] = [];
  try {
    for (const TableName of dev.namesOf("AWS::DynamoDB::GlobalTable")) {
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey }));
        texts.push(...(page.Items ?? []).map(legible));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
    }
    return texts;
  } finally {
    client.destroy();
  }
};
