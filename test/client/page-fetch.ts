const safeMethods = new Set(["GET", "HEAD", "POST"]);
/** Headers of an answer that every page sees. */
const seenByAll = new Set([
  ...["cache-control", "content-language", "content-length", "content-type"],
  ...["expires", "last-modified", "pragma"],
]);

const listIn = (headers: Headers, name: string): ReadonlySet<string> =>
  new Set((headers.get(name) ?? "").split(",").map((part) => part.trim().toLowerCase()));

const refuse = (reason: string): never => {
  throw new TypeError(`Failed to fetch: ${reason}`);
};

/** Lets go on only what is answered to pages of this origin. */
const checkOrigin = (origin: string, { headers }: Response): void => {
  const allowed = headers.get("access-control-allow-origin");
  if (allowed !== origin && allowed !== "*") refuse(`${origin} may not read it, ${allowed} may`);
};

const askFirst = async (origin: string, url: string, method: string, names: readonly string[]) => {
  const asked = {
    origin,
    "access-control-request-method": method,
    "access-control-request-headers": names.join(","),
  };
  const answer = await fetch(url, { method: "OPTIONS", headers: asked });
  if (!answer.ok) refuse(`the preflight was answered ${answer.status}`);
  checkOrigin(origin, answer);
  const methods = listIn(answer.headers, "access-control-allow-methods");
  if (!safeMethods.has(method) && !methods.has(method.toLowerCase()))
    refuse(`${method} is not allowed`);
  const allowed = listIn(answer.headers, "access-control-allow-headers");
  for (const name of names) if (!allowed.has(name)) refuse(`${name} may not be sent`);
};

/**
 * `fetch` as a page of an origin has it (WHATWG Fetch, the CORS protocol without credentials): it asks before it sends
 * what no form could send, and sees of an answer only what is exposed. Here every header counts as one of those, for
 * JSON and tokens are.
 */
export const pageFetch =
  (origin: string) =>
  async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { method = "GET" } = init;
    const headers = new Headers(init.headers);
    const names = [...headers.keys()].sort();
    if (names.length > 0 || !safeMethods.has(method)) await askFirst(origin, url, method, names);
    headers.set("origin", origin);
    const answer = await fetch(url, { ...init, headers });
    checkOrigin(origin, answer);
    const exposed = listIn(answer.headers, "access-control-expose-headers");
    const seen = [...answer.headers].filter(([name]) => seenByAll.has(name) || exposed.has(name));
    const body = [204, 304].includes(answer.status) ? null : await answer.arrayBuffer();
    return new Response(body, { status: answer.status, headers: seen });
  };
