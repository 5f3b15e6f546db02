import { type MaintainReport, maintain } from "../lib/core/upkeep/maintain.ts";
import { project } from "../lib/core/view/project.ts";
import { createReadSide, histories, type ReadSide } from "./read-side.ts";

/** The report of a run that had nothing to do. */
export const nothing: MaintainReport = {
  recorded: [],
  started: [],
  resumed: [],
  switched: [],
  swept: [],
  queued: [],
  failures: [],
};

/** A read side in which nothing is to be done: its views were recorded before anything was committed. */
export const tended = async (): Promise<ReadSide> => {
  const side = createReadSide();
  await maintain(side.start());
  for (const commits of histories(6)) side.plant(commits);
  await project(side.start(), side.log());
  return side;
};
