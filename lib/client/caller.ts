const payloadOf = (token: string): unknown => {
  const [, payload = ""] = token.split(".");
  const bytes = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
  const text = new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  return JSON.parse(text);
};

/** The user whom a JWT names (`sub`), unverified: only a server can tell whether it is true. Refuses what names nobody. */
export const subjectOfToken = (token: string | undefined): string => {
  const payload = token === undefined ? undefined : payloadOf(token);
  if (typeof payload === "object" && payload !== null && "sub" in payload)
    if (typeof payload.sub === "string" && payload.sub !== "") return payload.sub;
  throw new Error("The token names nobody.");
};
