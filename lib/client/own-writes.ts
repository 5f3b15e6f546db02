import { formatToken, parseToken, tokenStreamsMax } from "../core/query/consistency-token.ts";

/** What a client remembers of its own writes, so that its queries see them; others may be told of them, too. */
export interface OwnWrites {
  /** Takes in the `Consistency-Token` of a command's answer, or what another client's `token` gave. */
  note(token: string | null | undefined): void;
  /** The token to send with a query; undefined when nothing was written of late. */
  token(): string | undefined;
}

/** Remembers each write for `forMs`: the latest of the streams that one token may name. */
export const rememberWrites = (clock: { now(): number }, forMs: number): OwnWrites => {
  const writes = new Map<string, { readonly version: number; readonly until: number }>();
  const forget = (): void => {
    for (const [stream, { until }] of writes) if (until <= clock.now()) writes.delete(stream);
    for (const stream of [...writes.keys()].slice(0, -tokenStreamsMax)) writes.delete(stream);
  };
  return {
    note: (token) => {
      for (const [stream, version] of parseToken(token ?? undefined)) {
        const known = writes.get(stream)?.version ?? 0;
        writes.delete(stream);
        writes.set(stream, { version: Math.max(known, version), until: clock.now() + forMs });
      }
      forget();
    },
    token: () => {
      forget();
      const streams = [...writes].map(([stream, { version }]) => ({ stream, version }));
      return streams.length === 0 ? undefined : formatToken(streams);
    },
  };
};
