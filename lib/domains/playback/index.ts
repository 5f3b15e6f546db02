import { domain } from "../../core/domain/domain.ts";
import { continueWatching, unfinishedEntry } from "./continue-watching.ts";
import { Command, Event, playback, Shown, State } from "./playback.ts";

/** Playback positions: one stream for each user and title. */
export default domain({
  category: "playback",
  collection: "playbacks",
  key: { parameter: "title", perUser: true },
  commands: Command,
  events: Event,
  state: State,
  decider: playback,
  owner: (state) => state?.user,
  allow: { Start: ["owner"], Progress: ["owner"], Stop: ["owner"], Finish: ["owner"] },
  readers: ["owner"],
  routes: { start: "Start", progress: "Progress", stop: "Stop", finish: "Finish" },
  show: (state) => {
    if (!state) return {};
    const { user: _, ...shown } = state;
    return shown;
  },
  shown: Shown,
  index: (state) => ({ unfinished: unfinishedEntry(state) }),
  indexes: { unfinished: {} },
  lookups: { "continue-watching": continueWatching },
});
