import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import * as z from "zod/mini";
import { $ZodError } from "zod/v4/core";
import "../../lib/core/english.ts";
import type { Caller } from "../../lib/core/domain/access.ts";
import { type FieldError, Refusal } from "../../lib/core/errors.ts";
import { type ConsistencyToken, parseToken } from "../../lib/core/query/consistency-token.ts";

/** What API Gateway hands to a function; open routes carry no claims. */
export type HttpEvent = APIGatewayProxyEventV2WithJWTAuthorizer;

/** Largest body of a request. */
export const bodyBytesMax = 256 * 1024;

/** A header by its lower-case name. */
export const header = (event: HttpEvent, name: string): string | undefined => event.headers[name];

/** What ties this request to others: the caller's word for it, or else the request's own id. */
export const correlationIdOf = (event: HttpEvent): string => {
  const given = header(event, "correlation-id") ?? "";
  return /^[\x21-\x7e]{1,128}$/.test(given) ? given : event.requestContext.requestId;
};

const groupsOf = (claim: unknown): readonly string[] => {
  if (Array.isArray(claim)) return claim.map(String);
  return typeof claim === "string" ? claim.replace(/^\[|\]$/g, "").split(/[\s,]+/) : [];
};

/** Who sends the request, by the claims that the authorizer has verified. */
export const callerOf = (event: HttpEvent): Caller => {
  const { claims } = event.requestContext.authorizer.jwt;
  const { sub } = claims;
  if (typeof sub !== "string" || sub === "")
    throw new Refusal("forbidden", "The token names nobody.");
  // API Gateway flattens an array to the string "[admin auditor]".
  const groups = groupsOf(claims["cognito:groups"]);
  return { sub, admin: groups.includes("admin"), auditor: groups.includes("auditor") };
};

const fieldErrors = ({ issues }: $ZodError, whole: string): readonly FieldError[] =>
  issues.map(({ path, message }) => ({ field: path.join(".") || whole, reason: message }));

/** Runs a parser; what does not fit is bad input, field by field, or of the `whole` where no field is to blame. */
export const parseInput = <T>(parse: () => T, whole = "query"): T => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof $ZodError)) throw error;
    const errors = fieldErrors(error, whole);
    const detail = errors.map(({ field, reason }) => `${field}: ${reason}`).join("; ");
    throw new Refusal("bad-input", detail, { errors });
  }
};

const badBody = (reason: string): Refusal =>
  new Refusal("bad-input", `The body ${reason}.`, { errors: [{ field: "body", reason }] });

const decodeBody = ({ body = "", isBase64Encoded }: HttpEvent): string => {
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > bodyBytesMax)
    throw new Refusal("too-large", `The body is larger than ${bodyBytesMax} bytes.`);
  if (!isBase64Encoded) return body;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badBody("is not UTF-8");
  }
};

const isWellFormed = (value: unknown): boolean => {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && isWellFormed(item));
};

/** The JSON body; an empty one is `{}`. Refuses other content types, large bodies, and what is not well-formed. */
export const jsonBody = (event: HttpEvent): unknown => {
  const text = decodeBody(event);
  if (text.trim() === "") return {};
  const type = header(event, "content-type") ?? "application/json";
  if (!/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type))
    throw new Refusal("unsupported-media", `The body is ${type}; application/json is understood.`);
  try {
    const value: unknown = JSON.parse(text);
    if (isWellFormed(value)) return value;
  } catch {
    throw badBody("is not JSON");
  }
  throw badBody("holds text that is not well-formed Unicode");
};

/** Query parameters, parsed; refuses unknown ones. */
export const queryParameters = <S extends z.core.$ZodType>(
  event: HttpEvent,
  shape: S,
): z.output<S> => parseInput(() => z.parse(shape, event.queryStringParameters ?? {}));

/** The versions that the caller has seen. */
export const consistencyToken = (event: HttpEvent): ConsistencyToken =>
  parseToken(header(event, "consistency-token"));
