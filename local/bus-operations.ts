import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import {
  type AwsOperation,
  AwsRefusal,
  awsOperation,
  localAccount,
  localRegion,
} from "./aws-json.ts";

/** An event as a consumer of the bus gets it. */
export const DeliveredEvent = z.strictObject({
  version: z.literal("0"),
  id: z.string(),
  "detail-type": z.string(),
  source: z.string(),
  account: z.string(),
  time: z.string(),
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.record(z.string(), z.unknown()),
});
export type DeliveredEvent = z.output<typeof DeliveredEvent>;

const requestBytesMax = 256 * 1024;
const entriesMax = 10;

const Entry = z.object({
  Source: z._default(z.string(), ""),
  DetailType: z._default(z.string(), ""),
  Detail: z._default(z.string(), ""),
  Time: z.optional(z.number()),
  EventBusName: z.optional(z.string()),
  Resources: z._default(z.array(z.string()), []),
});
type Entry = z.output<typeof Entry>;

interface Refused {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

const bytesOf = ({ Source, DetailType, Detail, Time, Resources }: Entry): number =>
  (Time === undefined ? 0 : 14) +
  Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(""));

const jsonObject = (text: string): Record<string, unknown> | undefined => {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const missing = (name: string): Refused => ({
  ErrorCode: "InvalidArgument",
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

/** What becomes of one entry: the event, or why it is not taken. */
const deliver = (entry: Entry): DeliveredEvent | Refused => {
  const { Source, DetailType, Detail, Time, Resources } = entry;
  if (Source === "") return missing("Source");
  if (DetailType === "") return missing("DetailType");
  if (Detail === "") return missing("Detail");
  if (Source.startsWith("aws."))
    return {
      ErrorCode: "NotAuthorizedForSourceException",
      ErrorMessage: `Not authorized for the source ${Source}.`,
    };
  const detail = jsonObject(Detail);
  if (!detail) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const time = Time === undefined ? new Date() : new Date(Time * 1000);
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": DetailType,
    source: Source,
    account: localAccount,
    // The bus keeps whole seconds.
    time: time.toISOString().replace(/\.\d{3}Z$/, "Z"),
    region: localRegion(),
    resources: Resources,
    detail,
  };
};

const checkRequest = (entries: readonly Entry[]): void => {
  const count = entries.length;
  if (count < 1 || count > entriesMax)
    throw new AwsRefusal(
      "ValidationException",
      `1 validation error detected: 'entries' must have 1 to ${entriesMax} members, not ${count}.`,
    );
  if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) >= requestBytesMax)
    throw new AwsRefusal(
      "ValidationException",
      "Total size of the entries in the request is over the limit.",
    );
};

/** The operations of EventBridge that are known here, by their names; `accept` is given what was taken. */
export const busOperations = (
  accept: (events: readonly DeliveredEvent[]) => void,
): Readonly<Record<string, AwsOperation>> => ({
  PutEvents: awsOperation(
    "ValidationException",
    z.object({ Entries: z.array(Entry) }),
    ({ Entries }) => {
      checkRequest(Entries);
      const results = Entries.map(deliver);
      accept(results.flatMap((result) => ("id" in result ? [result] : [])));
      return {
        FailedEntryCount: results.filter((result) => "ErrorCode" in result).length,
        Entries: results.map((result) => ("id" in result ? { EventId: result.id } : result)),
      };
    },
  ),
});
