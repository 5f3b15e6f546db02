import * as z from "zod/mini";
import { type Domain, keyOf } from "../domain/domain.ts";
import type { CommandRoute, StreamRoute, ViewRoute } from "../domain/registry.ts";
import { fieldSchemas, type JsonSchema, jsonSchema } from "./json-schema.ts";
import {
  header,
  json,
  listOf,
  type Part,
  page,
  pathParameters,
  problems,
  query,
  schemaRef,
  tokenHeader,
} from "./openapi-parts.ts";

const schemaHeader = { schema: { type: "string" } };

const bodyOf = ({ domain, name }: CommandRoute): z.core.$ZodType => {
  const route = domain.routes[name];
  if (route === undefined) throw new Error(`${domain.category} has no route ${name}.`);
  if (typeof route !== "string") return route.body;
  const lineage = domain.commands.lineages[route];
  if (!lineage) throw new Error(`${domain.category} has no command ${route}.`);
  return lineage.now;
};

/** A command's route. */
export const commandOperation = (route: CommandRoute): Part => {
  const { domain, name, path } = route;
  const answer = (description: string): Part => ({
    description,
    headers: { ETag: schemaHeader, "Consistency-Token": schemaHeader },
    content: json(schemaRef("CommandAnswer")),
  });
  const isEmpty = z.safeParse(bodyOf(route), {}).success;
  return {
    operationId: `${domain.category}-${name}`,
    tags: [domain.collection],
    parameters: [
      ...pathParameters(path),
      header("If-Match", "The version that the stream must be at, in quotes."),
      header("Idempotency-Key", "The same key and request get the first answer again."),
    ],
    requestBody: { required: !isEmpty, content: json(jsonSchema(bodyOf(route), "request")) },
    responses: {
      200: answer("Done; without events it had been done before."),
      201: answer("Done, and the stream is new."),
      ...problems(400, 401, 403, 409, 410, 412, 413, 415, 422, 500, 503),
    },
  };
};

/** What readers get of a document: its id, its version, and what the domain shows. */
export const documentSchema = (domain: Domain): JsonSchema =>
  jsonSchema(
    z.strictObject({
      [keyOf(domain).parameter]: z.string(),
      version: z.int(),
      ...domain.shown._zod.def.shape,
      erased: z.optional(z.literal(true)),
    }),
    "answer",
  );

/** Name of a domain's document among the shared schemas. */
export const documentName = ({ collection }: Domain): string => `Document_${collection}`;

const eventItem = (data: JsonSchema): JsonSchema => ({
  type: "object",
  properties: {
    version: { type: "integer" },
    type: { type: "string" },
    ...data,
    time: { type: "string" },
    actor: { type: "string" },
  },
  required: ["version", "type", "time", "actor"],
  additionalProperties: false,
});

const properties = (shape: z.core.$ZodObject): JsonSchema =>
  Object.fromEntries(fieldSchemas(shape, "answer").map(({ name, schema }) => [name, schema]));

const erased = { erased: { const: true } };

/** Parameters, besides those of the path, and the answer of a stream's query. */
const streamAnswer = ({
  domain,
  query: kind,
  name,
}: StreamRoute): { readonly parameters: readonly Part[]; readonly schema: JsonSchema } => {
  const version = { type: "integer", minimum: 1 };
  switch (kind) {
    case "list": {
      const lists = Object.entries(domain.indexes ?? {}).filter(([, { lists }]) => lists);
      const users = ["owner", ...lists.map(([index]) => index)];
      return {
        parameters: [...page, ...users.map((user) => query(user, { type: "string" }))],
        schema: listOf(schemaRef(documentName(domain))),
      };
    }
    case "document":
      return {
        parameters: [
          query("version", version),
          query("at", { type: "string" }),
          header("If-None-Match", "An ETag; 304 when the document still is at that version."),
        ],
        schema: schemaRef(documentName(domain)),
      };
    case "history":
      return { parameters: page, schema: listOf(eventItem({ data: { type: "object" } }), erased) };
    case "integrity":
      return { parameters: [query("cursor", { type: "string" })], schema: schemaRef("Integrity") };
    case "log": {
      const log = domain.logs?.[name];
      return {
        parameters: page,
        schema: listOf(eventItem(log ? properties(log.shown) : {}), erased),
      };
    }
    case "comparison": {
      const comparison = domain.comparisons?.[name];
      const shown = comparison ? properties(comparison.shown) : {};
      return {
        parameters: [query("from", version, true), query("to", version, true)],
        schema: {
          type: "object",
          properties: { from: { type: "integer" }, to: { type: "integer" }, ...shown },
          required: ["from", "to", ...Object.keys(shown)],
          additionalProperties: false,
        },
      };
    }
  }
};

/** A query about a stream. */
export const streamOperation = (route: StreamRoute): Part => {
  const { domain, query: kind, name, path } = route;
  const { parameters, schema } = streamAnswer(route);
  return {
    operationId: `${domain.category}-${name || kind}`,
    tags: [domain.collection],
    parameters: [...pathParameters(path), ...parameters, tokenHeader],
    responses: {
      200: { description: "What was asked for.", content: json(schema) },
      ...(kind === "document" ? { 304: { description: "Still at that version." } } : {}),
      ...problems(400, 401, 403, 404, 500, 503),
    },
  };
};

const withoutSafeBounds = (schema: JsonSchema): JsonSchema => {
  const isBound = (value: unknown): boolean => Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => !isBound(value)));
};

/** A row of a tally as readers see it: sums may be beyond the integers that numbers keep, and are named then. */
const tallyItem = (item: z.core.$ZodObject): JsonSchema => {
  const schema = jsonSchema(item, "answer");
  const fields = Object.entries(Object(schema.properties)).map(([name, field]) => [
    name,
    withoutSafeBounds(Object(field)),
  ]);
  const rounded = jsonSchema(z.array(z.string()), "answer");
  return { ...schema, properties: { ...Object.fromEntries(fields), rounded } };
};

const itemSchema = ({ domain, query: { item, one }, view }: ViewRoute): JsonSchema => {
  if (!item) return schemaRef(documentName(domain));
  return view.kind === "tally" && !one ? tallyItem(item) : jsonSchema(item, "answer");
};

/** A query to a view. */
export const viewOperation = (route: ViewRoute): Part => {
  const { domain, query: asked, path, view } = route;
  const inPath = pathParameters(path);
  const named = new Set(inPath.map(({ name }) => name));
  const parameters = fieldSchemas(asked.parameters, "request").filter(
    ({ name }) => !named.has(name),
  );
  const item = itemSchema(route);
  return {
    operationId: `view-${path
      .replace("/views", "")
      .split("/")
      .filter((part) => /^[a-z-]+$/.test(part))
      .join("-")}`,
    tags: [domain.collection],
    description: `A ${view.kind} view.`,
    parameters: [
      ...inPath,
      ...parameters.map(({ name, schema, required }) => query(name, schema, required)),
      ...(asked.one ? [] : page),
      tokenHeader,
    ],
    responses: {
      200: { description: "What was asked for.", content: json(asked.one ? item : listOf(item)) },
      ...problems(400, 401, 403, 500, 503),
    },
  };
};
