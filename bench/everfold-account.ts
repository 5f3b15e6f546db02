import * as z from "zod";
import type { Decider } from "../lib/core/domain/decider.ts";
import { domain } from "../lib/core/domain/domain.ts";
import { lineage } from "../lib/core/domain/lineage.ts";
import { type MessageOf, messages } from "../lib/core/domain/message.ts";
import { decideDeposit, evolveAccount } from "./deposit.ts";

const Deposit = {
  amount: z.int().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/),
  memo: z.string().min(1).max(500),
};

const Event = messages({
  Opened: { owner: z.string(), currency: z.string() },
  Deposited: Deposit,
});
const Command = messages({ Deposit });
const Account = z.strictObject({
  owner: z.string(),
  currency: z.string(),
  balance: z.int().min(0),
  deposits: z.int().min(0),
});
const State = lineage(Account.nullable());
type Event = MessageOf<typeof Event>;
type Command = MessageOf<typeof Command>;
type State = z.output<typeof State.now>;

const decider = {
  initial: null,
  decide: ({ data }, state) => [decideDeposit(state, data)],
  evolve: evolveAccount,
} satisfies Decider<Command, Event, State, never>;

/** The account of the benchmarks: parsed, authorized and stored as every domain of ours is. */
export default domain({
  category: "account",
  collection: "accounts",
  commands: Command,
  events: Event,
  state: State,
  decider,
  owner: (state) => state?.owner,
  allow: { Deposit: ["owner"] },
  readers: ["owner"],
  routes: { deposit: "Deposit" },
  show: (state) => state ?? {},
  shown: Account,
});
