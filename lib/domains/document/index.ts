import * as z from "zod/mini";
import { domain, type Step, stepsRoute } from "../../core/domain/domain.ts";
import { unifiedDiff } from "./delta.ts";
import { Command, Document, document, Event, State } from "./document.ts";

/** A revert is decided on what the document was at the version that it names. */
const revert = stepsRoute(
  Command.lineages.Revert.now,
  (id, { to }): readonly Step<Command, Event>[] => [
    { id, past: to, command: () => Command.Revert({ to }) },
  ],
);

/** Versioned documents: a history of deltas, checkout of any version, log, diff and revert. */
export default domain({
  category: "document",
  collection: "documents",
  commands: Command,
  events: Event,
  state: State,
  decider: document,
  owner: (state) => state?.author,
  allow: { Create: ["owner"], Edit: ["owner"], Rename: ["owner"], Revert: ["owner"] },
  readers: ["owner"],
  routes: { create: "Create", edit: "Edit", rename: "Rename", revert },
  show: (state) => state ?? {},
  shown: Document,
  logs: {
    log: {
      show: ({ type, data }) =>
        type === "DocumentEdited" && data.message !== undefined ? { message: data.message } : {},
      shown: z.strictObject({ message: z.optional(z.string()) }),
    },
  },
  comparisons: {
    diff: {
      compare: (from, to) => ({ diff: unifiedDiff(from?.body ?? "", to?.body ?? "") }),
      shown: z.strictObject({ diff: z.string() }),
    },
  },
});
