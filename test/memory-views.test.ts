import { describeLedgerRows } from "./contracts/ledger-rows.ts";
import { describeRebuilds } from "./contracts/rebuilds.ts";
import { describeTallyOrder } from "./contracts/tally-order.ts";
import { describeTallyRows } from "./contracts/tally-rows.ts";
import { describeViewControl } from "./contracts/view-control.ts";
import { createMemoryViews } from "./memory-views.ts";
import { diary } from "./sample-views.ts";

const ports = createMemoryViews().process();
const { tables } = ports;

describeLedgerRows("a ledger in memory", (generation) => tables.ledger(diary, generation));
describeTallyRows("a tally in memory", (view, generation) => tables.tally(view, generation));
describeTallyOrder("a tally in memory", (view, generation) => tables.tally(view, generation));
describeViewControl("views and what is parked, in memory", () => ports);
describeRebuilds("rebuilds in memory", () => ports);
