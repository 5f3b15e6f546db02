import * as z from "zod/mini";
import type { Decider } from "../lib/core/domain/decider.ts";
import { domain } from "../lib/core/domain/domain.ts";
import { lineage } from "../lib/core/domain/lineage.ts";
import { type MessageOf, messages } from "../lib/core/domain/message.ts";
import { decideDeposit, evolveAccount } from "./deposit.ts";

const Deposit = {
  amount: z.int().check(z.minimum(1)),
  currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
  memo: z.string().check(z.minLength(1), z.maxLength(500)),
};

const Event = messages({
  Opened: { owner: z.string(), currency: z.string() },
  Deposited: Deposit,
});
const Command = messages({ Deposit });
const Account = z.strictObject({
  owner: z.string(),
  currency: z.string(),
  balance: z.int().check(z.minimum(0)),
  deposits: z.int().check(z.minimum(0)),
});
const State = lineage(z.nullable(Account));
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
