import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import {
  type ErasureRows,
  type KeyRows,
  keyItem,
  type OpenWork,
  parseSubjectKey,
} from "../../core/personal/subject-keys.ts";
import { answered, isDone } from "./answered.ts";
import type { MeteredClient } from "./client.ts";
import { removeDataKeys } from "./data-keys.ts";

/** Partition of unfinished work; its items cannot be mistaken for those of a user of that name. */
const workPartition = "work";
const claims = "claim#";
const erasures = "erase#";

const OpenItem = z.object({ item: z.string(), subject: z.string() });

const state = { "#state": "state" };

const claimStands = (claim: string) => ({
  ConditionExpression: "#state = :claimed AND claim = :claim",
  ExpressionAttributeNames: state,
  ExpressionAttributeValues: { ":claimed": "claimed", ":claim": claim },
});

const workKey = (item: string) => ({ user: workPartition, item });

const listWork = async (
  client: MeteredClient,
  table: string,
  from: string,
  to: string,
  limit: number,
) => {
  const { Items = [] } = await answered(
    client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "#user = :work AND #item BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#user": "user", "#item": "item" },
        ExpressionAttributeValues: { ":work": workPartition, ":from": from, ":to": to },
        ConsistentRead: true,
        Limit: limit,
      }),
    ),
  );
  return z.array(OpenItem).parse(Items);
};

const closeWork = async (client: MeteredClient, table: string, item: string): Promise<void> => {
  await answered(client.send(new DeleteCommand({ TableName: table, Key: workKey(item) })));
};

const createKeyRows = (client: MeteredClient, table: string): KeyRows => {
  const keyOf = (user: string) => ({ TableName: table, Key: { user, item: keyItem } });
  return {
    find: async (user) => {
      const get = new GetCommand({ ...keyOf(user), ConsistentRead: true });
      const { Item } = await answered(client.send(get));
      return Item && parseSubjectKey(Item);
    },
    claim: (user, claim, insteadOf) => {
      const put = {
        TableName: table,
        Item: { user, item: keyItem, state: "claimed", claim },
        ...(insteadOf === undefined
          ? { ConditionExpression: "attribute_not_exists(#state)", ExpressionAttributeNames: state }
          : claimStands(insteadOf)),
      };
      const open = { TableName: table, Item: { ...workKey(claims + claim), subject: user } };
      const TransactItems = [{ Put: put }, { Put: open }];
      return isDone(client.meter, 4, client.send(new TransactWriteCommand({ TransactItems })));
    },
    record: (user, claim, { keyId, own }) => {
      const Item = { user, item: keyItem, state: "ready", claim, keyId, own };
      const put = new PutCommand({ TableName: table, Item, ...claimStands(claim) });
      return isDone(client.meter, 1, client.send(put));
    },
    release: async (user, claim) => {
      const remove = new DeleteCommand({ ...keyOf(user), ...claimStands(claim) });
      await isDone(client.meter, 1, client.send(remove));
    },
    closeClaim: (claim) => closeWork(client, table, claims + claim),
  };
};

const createErasureRows = (client: MeteredClient, table: string): Omit<ErasureRows, "find"> => ({
  bury: (user, erasedAt) => {
    const update = {
      TableName: table,
      Key: { user, item: keyItem },
      UpdateExpression: "SET #state = :erased, erasedAt = :at",
      ConditionExpression: "attribute_not_exists(erasedAt)",
      ExpressionAttributeNames: state,
      ExpressionAttributeValues: { ":erased": "erased", ":at": erasedAt },
    };
    const open = { TableName: table, Item: { ...workKey(erasures + user), subject: user } };
    const TransactItems = [{ Update: update }, { Put: open }];
    return isDone(client.meter, 4, client.send(new TransactWriteCommand({ TransactItems })));
  },
  removeDataKeys: (user) => removeDataKeys(client, table, user),
  finish: async (user, destroyedAt) => {
    const { Attributes } = await answered(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { user, item: keyItem },
          UpdateExpression: "SET destroyedAt = if_not_exists(destroyedAt, :at)",
          ConditionExpression: "#state = :erased",
          ExpressionAttributeNames: state,
          ExpressionAttributeValues: { ":erased": "erased", ":at": destroyedAt },
          ReturnValues: "ALL_NEW",
        }),
      ),
    );
    await closeWork(client, table, erasures + user);
    return z.object({ destroyedAt: z.string() }).parse(Attributes).destroyedAt;
  },
});

const createOpenWork = (client: MeteredClient, table: string): OpenWork => ({
  openClaims: async (before, limit) => {
    const items = await listWork(client, table, claims, claims + before, limit);
    return items.map(({ item, subject }) => ({ claim: item.slice(claims.length), user: subject }));
  },
  openErasures: async (limit) => {
    // "$" is the character that follows "#".
    const items = await listWork(client, table, erasures, "erase$", limit);
    return items.map(({ subject }) => subject);
  },
});

/** Records of users' keys, and the list of unfinished work, on DynamoDB. */
export const createSubjectKeyRows = (
  client: MeteredClient,
  table: string,
): KeyRows & ErasureRows & OpenWork => ({
  ...createKeyRows(client, table),
  ...createErasureRows(client, table),
  ...createOpenWork(client, table),
});
