import type { JsonSchema } from "./json-schema.ts";
import {
  json,
  type Part,
  pathParameters,
  problems,
  query,
  schemaRef,
  tokenHeader,
} from "./openapi-parts.ts";

const text: JsonSchema = { type: "string" };
const count: JsonSchema = { type: "integer", minimum: 0 };
const flag: JsonSchema = { type: "boolean" };

/** An object whose fields are all there, but for the optional ones. */
const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema => ({
  type: "object",
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
  additionalProperties: false,
});

const list = (items: JsonSchema): JsonSchema => ({ type: "array", items });

const rebuild = object(
  {
    status: { enum: ["running", "done", "failed"] },
    generation: count,
    segments: count,
    segmentsDone: count,
    streams: count,
    events: count,
    startedAt: text,
  },
  { finishedAt: text },
);

const viewReport = object({
  name: text,
  kind: { enum: ["document", "ledger", "tally"] },
  generation: count,
  definition: count,
  lag: { type: ["integer", "null"] },
  parked: count,
  rebuild: { anyOf: [rebuild, { type: "null" }] },
});

const problemFound = object(
  { stream: text, version: count, kind: text, detail: text },
  { view: text },
);

const auditReport = object(
  {
    status: { enum: ["never", "running", "done"] },
    segments: count,
    segmentsDone: count,
    streams: count,
    events: count,
    problems: list(problemFound),
    problemsFound: count,
  },
  { ok: flag, startedAt: text, finishedAt: text },
);

const deadPair = object({
  view: text,
  generation: count,
  stream: text,
  reason: text,
  since: text,
  queued: flag,
  dead: flag,
});

const exported = object(
  {
    person: text,
    streams: list(
      object({ stream: text, document: { type: "object" }, events: list({ type: "object" }) }),
    ),
  },
  { erased: flag, cursor: text },
);

const operation = (
  operationId: string,
  tag: string,
  path: string,
  status: number,
  schema: JsonSchema,
  more: Part = {},
): Part => ({
  operationId,
  tags: [tag],
  parameters: pathParameters(path),
  responses: {
    [status]: { description: "Done.", content: json(schema) },
    ...problems(400, 401, 403, 404, 409, 500, 503),
  },
  ...more,
});

const admin = (id: string, path: string, status: number, schema: JsonSchema): Part =>
  operation(`admin-${id}`, "admin", path, status, schema);

const open = (operationId: string, schema: JsonSchema): Part => ({
  operationId,
  tags: ["open"],
  security: [],
  responses: { 200: { description: "It is.", content: json(schema) } },
});

const person = "/people/{sub}";
const rebuildPath = "/admin/views/{name}/rebuild";

/** The paths that there are whatever the domains. */
export const systemPaths = (): Part => ({
  "/health": { get: open("health", object({ status: { const: "ok" } })) },
  "/openapi.json": { get: open("openapi", { type: "object" }) },
  [`${person}/export`]: {
    get: operation("people-export", "people", person, 200, exported, {
      parameters: [...pathParameters(person), query("cursor", text), tokenHeader],
    }),
  },
  [person]: {
    delete: operation(
      "people-erase",
      "people",
      person,
      202,
      object({ user: text, erasedAt: text, keyDestroyedAt: text }),
    ),
  },
  "/admin/views": { get: admin("views", "", 200, object({ items: list(viewReport) })) },
  [rebuildPath]: {
    post: admin(
      "rebuild",
      rebuildPath,
      202,
      object({ view: text, generation: count, definition: count }),
    ),
  },
  "/admin/audit": {
    get: admin("audit-report", "", 200, auditReport),
    post: admin("audit", "", 202, object({ run: text, segments: count, startedAt: text })),
  },
  "/admin/dead-letters": {
    get: admin("dead-letters", "", 200, object({ items: list(deadPair), messages: count })),
  },
  "/admin/dead-letters/redrive": {
    post: admin("redrive", "", 202, object({ streams: count, messages: count, more: flag })),
  },
});

const statuses: Readonly<Record<number, string>> = {
  400: "The request is malformed.",
  401: "There is no valid token.",
  403: "It is not the caller's.",
  404: "There is no such thing.",
  409: "Too many writers, or it is under way already; repeat later.",
  410: "The person was erased.",
  412: "The stream is at another version.",
  413: "The body, or what would be stored, is too large.",
  415: "The body is not JSON.",
  422: "The domain refuses; `code` says why.",
  500: "A fault; it was logged under `requestId`.",
  503: "Not now; repeat after `Retry-After` seconds.",
};

const problem = object(
  { type: text, title: text, status: count, detail: text },
  { code: text, errors: list(object({ field: text, reason: text })), requestId: text },
);

/** What all descriptions of routes refer to. */
export const systemComponents = () => ({
  schemas: {
    Id: { type: "string", minLength: 1 },
    Problem: problem,
    CommandAnswer: object({
      id: text,
      version: count,
      events: list(object({ type: text, version: { type: "integer", minimum: 1 } })),
    }),
    Integrity: {
      oneOf: [
        object(
          { ok: { const: true }, commits: count, version: count, hash: text },
          { cursor: text },
        ),
        object({ ok: { const: false }, brokenAt: count, reason: text }),
      ],
    },
  },
  responses: Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      `Problem${status}`,
      { description, content: { "application/problem+json": { schema: schemaRef("Problem") } } },
    ]),
  ),
});
