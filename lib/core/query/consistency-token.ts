import { badInput } from "../errors.ts";

/** Streams that one token may name. */
export const tokenStreamsMax = 8;

/** Versions that a reader has seen, by stream: what it sends back is never answered from something older. */
export type ConsistencyToken = ReadonlyMap<string, number>;

/** The token of a reader that has seen nothing. */
export const emptyToken: ConsistencyToken = new Map();

const entryPattern = /^([a-z][a-z0-9]*-[A-Za-z0-9_.~-]{1,512})@([1-9]\d{0,15})$/;

/** Writes a token as it goes over HTTP: `account-7f3a@17,account-9c@4`. */
export const formatToken = (
  streams: readonly { readonly stream: string; readonly version: number }[],
): string => streams.map(({ stream, version }) => `${stream}@${version}`).join(",");

/** Parses a token; refuses a malformed one, and one of more than eight streams. */
export const parseToken = (text: string | undefined): ConsistencyToken => {
  if (text === undefined) return emptyToken;
  const token = new Map<string, number>();
  for (const entry of text.split(",")) {
    const [, stream, version] = entryPattern.exec(entry.trim()) ?? [];
    if (stream === undefined || version === undefined)
      throw badInput(
        "Consistency-Token",
        "must look like account-7f3a@17, several joined by commas",
      );
    token.set(stream, Math.max(Number(version), token.get(stream) ?? 0));
  }
  if (token.size <= tokenStreamsMax) return token;
  throw badInput("Consistency-Token", `names more than ${tokenStreamsMax} streams`);
};
