import { domain, type Step, stepsRoute } from "../../core/domain/domain.ts";
import { account, Command, Event, Shown, State } from "./account.ts";
import { audit } from "./audit.ts";
import { balances } from "./balances.ts";
import { vipEntry, vips } from "./vips.ts";
import { withdrawals } from "./withdrawals.ts";

/** A transfer is decided by both accounts: the sender first, then the receiver on what was sent. */
const transfer = stepsRoute(
  Command.lineages.SendTransfer.now,
  (from, { to, amount }): readonly Step<Command, Event>[] => [
    { id: from, command: () => Command.SendTransfer({ to, amount }) },
    {
      id: to,
      command: ([sent]) => {
        if (sent?.type !== "TransferSent") throw new Error("Nothing was sent that could arrive.");
        return Command.ReceiveTransfer({ from, amount, currency: sent.data.currency });
      },
    },
  ],
);

/** Bank accounts: money in minor units, one stream an account. */
export default domain({
  category: "account",
  collection: "accounts",
  commands: Command,
  events: Event,
  state: State,
  decider: account,
  owner: (state) => state?.ownerId,
  allow: {
    Open: ["owner"],
    Deposit: ["owner"],
    Withdraw: ["owner"],
    SendTransfer: ["owner"],
    ReceiveTransfer: ["anyone"],
    Close: ["owner"],
  },
  readers: ["owner"],
  routes: { open: "Open", deposit: "Deposit", withdraw: "Withdraw", transfer, close: "Close" },
  show: (state) => {
    if (!state) return {};
    const { initialBalance: _, ...shown } = state;
    return shown;
  },
  shown: Shown,
  index: (state) => ({ vips: vipEntry(state) }),
  indexes: { vips: {} },
  lookups: { vips },
  views: [balances, audit, withdrawals],
});
