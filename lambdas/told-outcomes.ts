/** What a command's answer counts as; undefined for a fault, and while something that it needs is not to be had. */
export const outcomeOf = (status: number): "Accepted" | "Refused" | "Conflicts" | undefined => {
  if (status < 400) return "Accepted";
  if (status === 409) return "Conflicts";
  return status < 500 ? "Refused" : undefined;
};
