import { QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { createDocumentClient } from "../../lib/adapters/dynamodb/client.ts";
import { eventTable } from "../../lib/core/system/tables.ts";
import { documentView } from "../../lib/core/view/document-view.ts";
import account from "../../lib/domains/account/index.ts";
import { startBackgroundApart } from "../../local/background-apart.ts";
import { startSystem } from "../../local/system.ts";
import { answerParent } from "./child.ts";

type Item = Readonly<Record<string, unknown>>;

/** Asks for tokens, for the views to be up to date, or for what a stream looks like as it is stored. */
export interface HostQuestion {
  readonly tokensFor?: readonly string[];
  readonly sampleOf?: string;
}

/** Where the host is; the tokens; the last commit of the stream, and a row of its view. */
export interface HostAnswer {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly commit?: Item;
  readonly row?: Item;
}

const system = await startSystem({
  port: 0,
  dataDir: process.env.DATA_DIR ?? "",
  background: startBackgroundApart,
  log: (line) => void process.stderr.write(`${line}\n`),
});

const sampleOf = async (stream: string): Promise<Pick<HostAnswer, "commit" | "row">> => {
  const client = createDocumentClient();
  const commits = await client.send(
    new QueryCommand({
      TableName: eventTable.name,
      KeyConditionExpression: "#stream = :stream",
      ExpressionAttributeNames: { "#stream": "stream" },
      ExpressionAttributeValues: { ":stream": stream },
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  const TableName = documentView(account).table.name;
  const rows = await client.send(new ScanCommand({ TableName, Limit: 1 }));
  client.destroy();
  const [commit] = commits.Items ?? [];
  const [row] = rows.Items ?? [];
  if (!commit || !row) throw new Error(`${stream} is not there.`);
  return { commit, row };
};

answerParent<HostQuestion, HostAnswer>(async ({ tokensFor = [], sampleOf: stream }) => {
  await system.idle();
  return {
    url: system.url,
    tokens: await Promise.all(tokensFor.map((user) => system.token(user))),
    ...(stream === undefined ? {} : await sampleOf(stream)),
  };
}, system.stop);
