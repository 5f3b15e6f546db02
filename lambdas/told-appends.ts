import type { EventStore } from "../lib/core/log/event-store.ts";

/** Tells of each attempt to add to the log, before it is made. */
export const toldAppends = (store: EventStore, tell: () => void): EventStore => ({
  ...store,
  append: (commits, record) => {
    tell();
    return store.append(commits, record);
  },
});
