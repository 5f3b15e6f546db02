import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** An OpenID Connect provider that is not Cognito. */
export interface Provider {
  readonly url: string;
  readonly audience: string;
  tokenOf(sub: string, ...groups: readonly string[]): Promise<string>;
  stop(): void;
}

const alg = "RS256";
const audience = "everfold-proof";

/** Starts a provider on a free port of the loopback interface, with the emulator's certificate. */
export const startProvider = async (): Promise<Provider> => {
  const certificate = process.env.NODE_EXTRA_CA_CERTS ?? "";
  const cert = await readFile(certificate);
  const key = await readFile(certificate.replace(/\.crt$/, ".key"));
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg, use: "sig" };
  const server = createServer({ cert, key }, ({ url: path = "" }, response) => {
    const isKeys = path.endsWith("/jwks.json");
    const description = { issuer: url, jwks_uri: `${url}/.well-known/jwks.json` };
    response.end(JSON.stringify(isKeys ? { keys: [jwk] } : description));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `https://127.0.0.1:${port}`;
  return {
    url,
    audience,
    tokenOf: (sub, ...groups) =>
      new SignJWT({ "cognito:groups": groups })
        .setProtectedHeader({ alg, kid: "one" })
        .setSubject(sub)
        .setIssuer(url)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("10 minutes")
        .sign(privateKey),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
