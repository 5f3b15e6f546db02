/** What a person needs to know of a running system to take the first steps. */
export interface WelcomeFacts {
  readonly url: string;
  readonly dataDir: string;
  /** A token for alice. */
  readonly token: string;
  /** Address of the engine, when it is not the embedded one. */
  readonly engine: string | undefined;
}

/** What the local host prints once it is up: where it is, and calls to paste into a shell. */
export const welcome = ({ url, dataDir, token, engine }: WelcomeFacts): string => `
Everfold is running.

  API    ${url}
  Data   ${dataDir} (kept between runs; delete it to start over)${
    engine === undefined ? "" : `\n  Tables ${engine}`
  }
  Docs   README.md and docs/

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
