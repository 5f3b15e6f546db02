import type { Message } from "../domain/message.ts";
import type { LedgerDeclaration } from "./ledger-view.ts";

/** Name of the ledger that knows which streams of a collection concern a person. */
export const peopleLedgerName = (collection: string): string => `people-${collection}`;

/** Which streams concern whom: one row a person and stream, fed by the people that commits name. */
export const peopleLedger = (collection: string): LedgerDeclaration<Message> => ({
  kind: "ledger",
  name: peopleLedgerName(collection),
  definition: 1,
  entries: (_, { stream, people }) =>
    people.map((person) => ({
      partition: person,
      sort: stream,
      values: { stream },
      shared: true,
    })),
});
