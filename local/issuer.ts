import { randomUUID } from "node:crypto";
import { join } from "node:path";
import {
  type CryptoKey,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";
import { errorText, StartupFault } from "./startup-fault.ts";

/** Whom a token is for. */
export interface TokenRequest {
  readonly sub: string;
  readonly groups?: readonly string[];
  /** Until it expires; 12 when not given. */
  readonly hours?: number;
}

/** Issues and verifies this host's tokens. */
export interface Issuer {
  /** The public keys, for anyone who verifies tokens. */
  readonly jwks: JSONWebKeySet;
  issue(request: TokenRequest): Promise<string>;
  /** The claims of a token; throws when it is not ours, expired, or forged. */
  verify(token: string): Promise<JWTPayload>;
}

/** Name of the file that holds the private key. */
export const issuerFileName = "issuer.pem";

// The only family of algorithms that API Gateway's JWT authorizer takes.
const alg = "RS256";
// Names, not addresses: tokens stay valid when the host starts on another port.
const issuer = "https://issuer.everfold.local";
const audience = "everfold";
const defaultHours = 12;

const openKey = async (path: string): Promise<CryptoKey> => {
  const pem = await readPrivateFile(path);
  if (pem === undefined) {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    await writePrivateFile(path, await exportPKCS8(privateKey));
    return privateKey;
  }
  try {
    return await importPKCS8(pem, alg, { extractable: true });
  } catch (error) {
    throw new StartupFault(
      `The issuer's key in ${path} cannot be read: ${errorText(error)}.`,
      "Delete the file: a new key is made, and tokens issued before are no longer accepted.",
    );
  }
};

/**
 * Opens the token issuer. Its key pair is kept in the data directory, for its owner only, so that tokens outlive the
 * process. Tokens look like Cognito's: roles in `cognito:groups`, signed with RS256. Refuses a key file it cannot read.
 */
export const openIssuer = async ({ dataDir }: { readonly dataDir: string }): Promise<Issuer> => {
  const privateKey = await openKey(join(dataDir, issuerFileName));
  const { n = "", e = "" } = await exportJWK(privateKey);
  const kid = `everfold-${n.slice(0, 12)}`;
  const publicJwk = { kty: "RSA", n, e, kid, alg, use: "sig" };
  const publicKey = { ...publicJwk, ext: true };
  return {
    jwks: { keys: [publicJwk] },
    issue: ({ sub, groups = [], hours = defaultHours }) =>
      new SignJWT({ "cognito:groups": [...groups], token_use: "access", username: sub })
        .setProtectedHeader({ alg, kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(sub)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${hours} hours`)
        .sign(privateKey),
    verify: async (token) => {
      const requiredClaims = ["sub", "exp", "iat"];
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: [alg],
        issuer,
        audience,
        requiredClaims,
      });
      return payload;
    },
  };
};
