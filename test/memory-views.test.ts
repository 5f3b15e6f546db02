import { describeLedgerRows } from "./contracts/ledger-rows.ts";
import { describeTallyRows } from "./contracts/tally-rows.ts";
import { createMemoryViews } from "./memory-views.ts";
import { diary } from "./sample-views.ts";

const { tables } = createMemoryViews().process();

describeLedgerRows("a ledger in memory", (generation) => tables.ledger(diary, generation));
describeTallyRows("a tally in memory", (view, generation) => tables.tally(view, generation));
