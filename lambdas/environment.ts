import { type TableDefinition, tableVariable } from "../lib/core/system/table.ts";

/** A variable that this function was deployed with; throws when it is missing. */
export const environment = (name: string): string => {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`The environment variable ${name} is missing: was the table or key granted?`);
};

/** The real name of a table that this function was granted. */
export const tableName = (table: TableDefinition): string => environment(tableVariable(table));
