import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { ProjectorLag } from "../../core/view/projector-lag.ts";
import type { MeteredClient } from "./client.ts";

const key = { view: "projector", item: "lag" };
const Note = z.object({ lagMs: z.number(), at: z.string() });

/** The projector's lag, on DynamoDB, in the table of the views' records. */
export const createProjectorLag = (
  client: Pick<MeteredClient, "send">,
  table: string,
): ProjectorLag => ({
  note: async (note) => {
    await client.send(new PutCommand({ TableName: table, Item: { ...key, ...note } }));
  },
  find: async () => {
    const { Item } = await client.send(new GetCommand({ TableName: table, Key: key }));
    return Item && Note.parse(Item);
  },
});
