/** What a person needs to know of a running system to take the first steps. */
export interface WelcomeFacts {
  readonly url: string;
  readonly dataDir: string;
  /** A token for alice. */
  readonly token: string;
  /** Address of the engine, when it is not the embedded one. */
  readonly engine: string | undefined;
  /** Origins of pages in browsers that may call. */
  readonly corsOrigins: readonly string[];
}

/** A line that is there only where there is something to say. */
const line = (name: string, value: string | undefined): string =>
  value ? `\n  ${name.padEnd(6)} ${value}` : "";

/** What the local host prints once it is up: where it is, and calls to paste into a shell. */
export const welcome = ({ url, dataDir, token, engine, corsOrigins }: WelcomeFacts): string => `
Everfold is running.

  API    ${url}
  Data   ${dataDir} (kept between runs; delete it to start over)
  Docs   README.md and docs/${line("Tables", engine)}${line("Pages", corsOrigins.join(", "))}

Open an account as alice, then read it (paste into a shell; the token lasts 12 hours):

  TOKEN=${token}

  curl -s ${url}/accounts/first/open \\
    -H "authorization: Bearer $TOKEN" -H "content-type: application/json" \\
    -d '{"owner":{"name":"Alice","email":"alice@example.com"},"currency":"USD","initialBalance":10000}'

  curl -s ${url}/accounts/first \\
    -H "authorization: Bearer $TOKEN" -H "consistency-token: account-first@1"

A token for anyone else, here for an admin:

  curl -s ${url}/local/token -d '{"sub":"root","groups":["admin"]}'

Ctrl-C stops it; nothing is lost.

`;
