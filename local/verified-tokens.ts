import type { JWTPayload } from "jose";
import { type FlatClaims, flattenClaims } from "./http-event.ts";

/** Bounds of the tokens that are remembered. */
export interface VerifiedTokenBounds {
  readonly entriesMax: number;
  readonly ms: number;
}

interface Entry {
  readonly claims: FlatClaims;
  readonly until: number;
}

const defaultBounds: VerifiedTokenBounds = { entriesMax: 1_000, ms: 60_000 };

/**
 * Verifies tokens, and remembers the claims of good ones for a minute, never beyond their expiry; the oldest are
 * forgotten first. Throws what `verify` throws; a bad token is never remembered.
 */
export const verifiedTokens = (
  verify: (token: string) => Promise<JWTPayload>,
  now: () => number = Date.now,
  bounds: VerifiedTokenBounds = defaultBounds,
): ((token: string) => Promise<FlatClaims>) => {
  const entries = new Map<string, Entry>();
  return async (token) => {
    const known = entries.get(token);
    if (known && known.until > now()) return known.claims;
    entries.delete(token);
    const payload = await verify(token);
    const claims = flattenClaims(payload);
    const expiry = (payload.exp ?? 0) * 1000;
    entries.set(token, { claims, until: Math.min(now() + bounds.ms, expiry) });
    for (const oldest of entries.keys()) {
      if (entries.size <= bounds.entriesMax) break;
      entries.delete(oldest);
    }
    return claims;
  };
};
