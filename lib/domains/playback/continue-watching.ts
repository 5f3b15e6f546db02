import * as z from "zod/mini";
import type { IndexEntry } from "../../core/domain/domain.ts";
import { anyone, viewQuery } from "../../core/view/view-query.ts";
import type { State } from "./playback.ts";

/** Where a title stands among those that its user has not finished. */
export const unfinishedEntry = (state: State): IndexEntry | undefined =>
  state && state.status !== "finished"
    ? { partition: state.user, sort: state.updatedAt }
    : undefined;

/** The caller's unfinished titles, latest first. */
export const continueWatching = viewQuery(z.strictObject({}), {
  index: "unfinished",
  descending: true,
  whose: anyone,
  partition: (_, { sub }) => sub,
});
