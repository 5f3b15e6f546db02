import { describeLedgerRows } from "./contracts/ledger-rows.ts";
import { createMemoryViews } from "./memory-views.ts";
import { diary } from "./sample-views.ts";

const views = createMemoryViews();
const { tables } = views.process();

describeLedgerRows("a ledger in memory", (generation) => tables.ledger(diary, generation));
