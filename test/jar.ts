import * as z from "zod/mini";
import { type Decider, reject } from "../lib/core/domain/decider.ts";
import { domain, type Step, stepsRoute } from "../lib/core/domain/domain.ts";
import { lineage } from "../lib/core/domain/lineage.ts";
import { type MessageOf, messages } from "../lib/core/domain/message.ts";
import { personal } from "../lib/core/personal/personal.ts";

// A jar of coins: a domain as small as one can be that still asks everything of core.

const Coins = z.int().check(z.minimum(1));
const Label = personal(z.string());

export const Event = messages({
  Made: { ownerId: z.string(), coins: z.int().check(z.minimum(0)) },
  CoinsPut: { coins: Coins },
  CoinsTaken: { coins: Coins },
  Poured: { to: z.string(), coins: Coins },
  Filled: { from: z.string(), coins: Coins },
  Given: { to: z.string() },
  Lent: { keeper: z.string() },
  Labelled: { label: Label },
  Lettered: { for: z.string(), text: personal(z.string(), "for") },
  Inscribed: { text: z.string() },
  Shaken: { noise: z.string() },
});
export type Event = MessageOf<typeof Event>;

export const Command = messages({
  /** Safe to repeat. */
  Make: { coins: z.int().check(z.minimum(0)) },
  /** One event for each handful, one noise each. */
  Put: { handfuls: z.array(Coins) },
  Take: { coins: Coins },
  /** Decides nothing when the jar is empty. */
  Empty: {},
  Pour: { to: z.string(), coins: Coins },
  Fill: { from: z.string(), coins: Coins },
  Give: { to: z.string() },
  Lend: { keeper: z.string() },
  Label: { label: Label },
  /** Personal to somebody who is not the owner. */
  Letter: { for: z.string(), text: personal(z.string(), "for") },
  /** Makes the state as large as the text. */
  Inscribe: { text: z.string() },
  /** Inscribes what stood there at an earlier version. */
  Restore: {},
  /** Makes the commit as large as the noise, and leaves the state as it is. */
  Shake: { noise: z.string() },
});
export type Command = MessageOf<typeof Command>;

const Jar = z.strictObject({
  ownerId: z.string(),
  coins: z.int().check(z.minimum(0)),
  keeper: z.optional(z.string()),
  label: z.optional(Label),
  text: z.string(),
});
export const State = lineage(z.nullable(Jar));
export type State = z.output<typeof State.now>;

export const jarDecider = {
  initial: null,
  decide: (command, state, { actor, past }) => {
    if (command.type === "Make")
      return state ? [] : [Event.Made({ ownerId: actor, coins: command.data.coins })];
    if (!state) return reject("no-jar");
    switch (command.type) {
      case "Put":
        return command.data.handfuls.map((coins) => Event.CoinsPut({ coins }));
      case "Take":
        return command.data.coins <= state.coins
          ? [Event.CoinsTaken(command.data)]
          : reject("too-few", `There are ${state.coins} coins.`);
      case "Empty":
        return state.coins === 0 ? [] : [Event.CoinsTaken({ coins: state.coins })];
      case "Pour":
        return command.data.coins <= state.coins ? [Event.Poured(command.data)] : reject("too-few");
      case "Fill":
        return [Event.Filled(command.data)];
      case "Give":
        return [Event.Given(command.data)];
      case "Lend":
        return [Event.Lent(command.data)];
      case "Label":
        return [Event.Labelled(command.data)];
      case "Letter":
        return [Event.Lettered(command.data)];
      case "Inscribe":
        return [Event.Inscribed(command.data)];
      case "Restore":
        return past ? [Event.Inscribed({ text: past.text })] : reject("no-such-version");
      case "Shake":
        return [Event.Shaken(command.data)];
    }
  },
  evolve: (state, event) => {
    if (event.type === "Made") return { ...event.data, text: "" };
    if (!state) throw new Error(`${event.type} before Made.`);
    switch (event.type) {
      case "CoinsPut":
      case "Filled":
        return { ...state, coins: state.coins + event.data.coins };
      case "CoinsTaken":
      case "Poured":
        return { ...state, coins: state.coins - event.data.coins };
      case "Given":
        return { ...state, ownerId: event.data.to };
      case "Lent":
        return { ...state, keeper: event.data.keeper };
      case "Labelled":
        return { ...state, label: event.data.label };
      case "Inscribed":
        return { ...state, text: event.data.text };
      case "Lettered":
      case "Shaken":
        return state;
    }
  },
} satisfies Decider<Command, Event, State>;

/** Coins go from one jar to another, both or neither. */
export const pour = (from: string, to: string, coins: number): readonly Step<Command, Event>[] => [
  { id: from, command: () => Command.Pour({ to, coins }) },
  { id: to, command: () => Command.Fill({ from, coins }) },
];

/** What was inscribed at an earlier version is inscribed again. */
export const restore = (id: string, version: number): readonly Step<Command, Event>[] => [
  { id, past: version, command: () => Command.Restore({}) },
];

/** The jar as a domain; the index `rich` finds jars of ten coins and more. */
export const jar = domain({
  category: "jar",
  collection: "jars",
  commands: Command,
  events: Event,
  state: State,
  decider: jarDecider,
  owner: (state) => state?.ownerId,
  parties: (state) => ({ keeper: state?.keeper }),
  allow: {
    Make: ["owner"],
    Put: ["owner", "keeper"],
    Take: ["owner"],
    Empty: ["owner"],
    Pour: ["owner"],
    Fill: ["anyone"],
    Give: ["owner"],
    Lend: ["owner"],
    Label: ["owner"],
    Letter: ["owner"],
    Inscribe: ["owner"],
    Restore: ["owner"],
    Shake: ["owner"],
  },
  readers: ["owner", "keeper"],
  routes: {
    make: "Make",
    pour: stepsRoute(Command.lineages.Pour.now, (id, { to, coins }) => pour(id, to, coins)),
  },
  show: (state) => state ?? {},
  shown: Jar,
  index: (state) => ({
    rich: state && state.coins >= 10 ? { partition: "all", sort: state.coins } : undefined,
  }),
  indexes: { rich: {} },
});
