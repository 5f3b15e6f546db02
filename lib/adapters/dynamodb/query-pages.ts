import {
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from "@aws-sdk/lib-dynamodb";
import type { MeteredClient } from "./client.ts";
import { whenAnswered } from "./failure.ts";

/** What its errors call the tables of the views and of what is recorded of them. */
export const viewStore = "The store of the views";

/** Items of a query in its order, page by page; `Limit` is the size of a page, and whoever has enough stops asking. */
export async function* queryItems(
  client: Pick<MeteredClient, "send">,
  query: QueryCommandInput,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let { ExclusiveStartKey } = query;
  do {
    const next = client.send(new QueryCommand({ ...query, ExclusiveStartKey }));
    const page: QueryCommandOutput = await whenAnswered(viewStore, next);
    yield* page.Items ?? [];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}
