import type { Message } from "../domain/message.ts";
import type { DocumentRows, DocumentView } from "./document-view.ts";
import type { LedgerDeclaration, LedgerRows, LedgerView } from "./ledger-view.ts";
import type { TallyDeclaration, TallyRows, TallyView } from "./tally-view.ts";

/** A view beside a domain's own document view. */
export type ViewDeclaration<E extends Message> = LedgerDeclaration<E> | TallyDeclaration<E>;

/** A read model: what fills it, where its rows are, and how it is asked. */
export type View = DocumentView | LedgerView | TallyView;

/** The tables of the views, one generation at a time. */
export interface ViewTables {
  documents(view: DocumentView, generation: number): DocumentRows;
  ledger(view: LedgerView, generation: number): LedgerRows;
  tally(view: TallyView, generation: number): TallyRows;
}

/** One build of a view: rows of one generation, made by one definition. */
export interface Build {
  readonly view: View;
  readonly generation: number;
}

/**
 * The view under one of its definitions, so that a generation is never fed by another fold than the one that began it;
 * undefined when this code does not know that definition.
 */
export const underDefinition = (view: View, definition: number): View | undefined =>
  [view, view.previous].find((each) => each?.definition === definition);

/** What is wrong when a build needs a definition that this code does not have. */
export const unknownDefinition = ({ name }: View, definition: number): Error =>
  new Error(`View ${name} was built by definition ${definition}, unknown here.`);
