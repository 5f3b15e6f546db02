import type { ViewTables } from "../lib/core/view/view.ts";

/** Tells how many rows of views are written, by whatever kind of view. */
export const toldRows = (tables: ViewTables, tell: (rows: number) => void): ViewTables => ({
  documents: (view, generation) => {
    const rows = tables.documents(view, generation);
    const put: typeof rows.put = async (row) => {
      const isWritten = await rows.put(row);
      if (isWritten) tell(1);
      return isWritten;
    };
    return { ...rows, put };
  },
  ledger: (view, generation) => {
    const rows = tables.ledger(view, generation);
    const put: typeof rows.put = async (entries) => {
      await rows.put(entries);
      tell(entries.length);
    };
    return { ...rows, put };
  },
  tally: (view, generation) => {
    const rows = tables.tally(view, generation);
    const add: typeof rows.add = async (write) => {
      const outcome = await rows.add(write);
      if (outcome === "written") tell(write.additions.length);
      return outcome;
    };
    return { ...rows, add };
  },
});
