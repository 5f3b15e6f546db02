import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  generateKeyPair,
  jwtVerify,
  SignJWT,
} from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { issuerFileName, openIssuer } from "../../local/issuer.ts";
import { StartupFault } from "../../local/startup-fault.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "everfold-test-"));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

test("a token says who, which groups, and until when: 12 hours", async () => {
  const issuer = await openIssuer({ dataDir });
  const claims = await issuer.verify(await issuer.issue({ sub: "auth0|alice", groups: ["admin"] }));
  expect(claims).toMatchObject({ sub: "auth0|alice", "cognito:groups": ["admin"] });
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(12 * 3600);
});

test("anyone can verify a token with the published keys, and the private part is not among them", async () => {
  const { jwks, issue } = await openIssuer({ dataDir });
  const token = await issue({ sub: "alice" });
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks));
  expect(payload.sub).toBe("alice");
  expect(decodeProtectedHeader(token)).toMatchObject({ alg: "RS256", kid: jwks.keys[0]?.kid });
  expect(Object.keys(jwks.keys[0] ?? {}).toSorted()).toEqual([
    "alg",
    "e",
    "kid",
    "kty",
    "n",
    "use",
  ]);
});

test("a token is good after a restart", async () => {
  const token = await (await openIssuer({ dataDir })).issue({ sub: "alice" });
  expect(await (await openIssuer({ dataDir })).verify(token)).toMatchObject({ sub: "alice" });
});

test("only the owner can read the key, also when its file was opened to others", async () => {
  const path = join(dataDir, issuerFileName);
  await openIssuer({ dataDir });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await chmod(path, 0o644);
  await openIssuer({ dataDir });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("refuses expired, forged and foreign tokens, and tokens without a signature", async () => {
  const issuer = await openIssuer({ dataDir });
  const good = await issuer.issue({ sub: "alice" });
  const [head = "", body = "", signature = ""] = good.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const { privateKey } = await generateKeyPair("RS256");
  const foreign = await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
  const bad = [
    await issuer.issue({ sub: "alice", hours: -1 }),
    `${head}.${encode({ ...claims, sub: "root" })}.${signature}`,
    `${encode({ alg: "none" })}.${body}.`,
    foreign,
    "nonsense",
  ];
  for (const token of bad) await expect(issuer.verify(token)).rejects.toThrow();
  await expect(issuer.verify(good)).resolves.toMatchObject({ sub: "alice" });
});

test("a key file that cannot be read is told, with a way out", async () => {
  await writeFile(join(dataDir, issuerFileName), "no key");
  const refusal = await openIssuer({ dataDir }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StartupFault);
  expect(refusal).toMatchObject({ message: expect.stringContaining(issuerFileName) });
});
