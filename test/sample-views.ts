import * as z from "zod/mini";
import { documentView } from "../lib/core/view/document-view.ts";
import { type LedgerDeclaration, ledgerView } from "../lib/core/view/ledger-view.ts";
import { type TallyDeclaration, tallyView } from "../lib/core/view/tally-view.ts";
import type { View } from "../lib/core/view/view.ts";
import { viewQuery } from "../lib/core/view/view-query.ts";
import { type Event, jar } from "./jar.ts";

// Views of the jar: one of each kind, with everything that a kind may have.

/** A noise that no view of the jar can bear. */
export const unbearable = "unbearable";

const refuseUnbearable = ({ type, data }: Event): void => {
  if (type === "Shaken" && data.noise === unbearable) throw new Error("This cannot be borne.");
};

const moved = ({ type, data }: Event): number => {
  switch (type) {
    case "Made":
    case "CoinsPut":
    case "Filled":
      return data.coins;
    case "CoinsTaken":
    case "Poured":
      return -data.coins;
    default:
      return 0;
  }
};

const Whose = z.strictObject({ user: z.string().check(z.minLength(1)) });
const own = viewQuery(Whose, {
  whose: ({ user }) => user,
  partition: ({ user }) => user,
});

const diaryOf = {
  kind: "ledger",
  name: "diary",
  definition: 1,
  entries: (event, { owner, time, stream, version }) => {
    refuseUnbearable(event);
    const values = { type: event.type, stream, version };
    return owner === undefined ? [] : [{ partition: owner, sort: time, values }];
  },
  query: { ...own, descending: true },
} satisfies LedgerDeclaration<Event>;

const purseOf = {
  kind: "tally",
  name: "purses",
  definition: 1,
  shards: 4,
  additions: (event, { owner }) => {
    refuseUnbearable(event);
    if (owner === undefined) return [];
    const sums = { coins: moved(event), count: 1 };
    return [{ partition: owner, sort: "coins", labels: { user: owner }, sums }];
  },
  query: own,
} satisfies TallyDeclaration<Event>;

const rankingOf = {
  kind: "tally",
  name: "ranking",
  definition: 1,
  shards: 1,
  index: { name: "kind", by: "coins", partition: ({ kind }) => String(kind) },
  additions: (event, { owner }) => {
    const coins = moved(event);
    if (owner === undefined || coins === 0) return [];
    const kind = coins > 0 ? "in" : "out";
    return [{ partition: owner, sort: kind, labels: { owner, kind }, sums: { coins } }];
  },
  query: viewQuery(z.strictObject({ kind: z.string(), over: z._default(z.coerce.number(), 0) }), {
    index: "kind",
    descending: true,
    partition: ({ kind }) => kind,
    range: ({ over }) => ({ above: over }),
  }),
} satisfies TallyDeclaration<Event>;

/** What happened to a user's jars, newest first. */
export const diary = ledgerView(jar, diaryOf);
/** How many coins a user has in all jars; spread over four shards. */
export const purses = tallyView(jar, purseOf);
/** Who has put in, and who has taken out, the most coins. */
export const ranking = tallyView(jar, rankingOf);
/** The jars themselves. */
export const jars = documentView(jar);

/** Every view of the jar. */
export const jarViews: readonly View[] = [jars, diary, purses, ranking];
