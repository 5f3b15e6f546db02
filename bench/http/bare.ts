import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { answerParent } from "./child.ts";
import { bear, type Done, type Load } from "./load.ts";

type Item = Readonly<Record<string, unknown>>;

/** The items that are put and got, or a load to bear. */
export type BareQuestion =
  | { readonly commit: Item; readonly row: Item; readonly tables: Tables; readonly rows: number }
  | Load;
interface Tables {
  readonly log: string;
  readonly rows: string;
}

const client = new DynamoDBClient({});
let items: Extract<BareQuestion, { commit: Item }> | undefined;

const given = () => {
  if (!items) throw new Error("There is nothing yet to put.");
  return items;
};

const put = (n: number): Promise<unknown> => {
  const { commit, tables, rows } = given();
  const Item = marshall({ ...commit, stream: `account-${n % rows}`, version: n });
  return client.send(new PutItemCommand({ TableName: tables.log, Item }));
};

const putRow = (n: number): Promise<unknown> => {
  const { row, tables } = given();
  const Item = marshall({ ...row, row: `row-${n}` });
  return client.send(new PutItemCommand({ TableName: tables.rows, Item }));
};

const get = async (n: number): Promise<void> => {
  const { tables, rows } = given();
  const Key = marshall({ row: `row-${n % rows}` });
  const { Item } = await client.send(new GetItemCommand({ TableName: tables.rows, Key }));
  if (!Item) throw new Error(`Row ${n % rows} is not there.`);
  unmarshall(Item);
};

answerParent<BareQuestion, Done | undefined>(
  async (question) => {
    if ("kind" in question) return bear(question, put, get);
    items = question;
    for (let n = 0; n < question.rows; n += 1) await putRow(n);
    return undefined;
  },
  async () => client.destroy(),
);
