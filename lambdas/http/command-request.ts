import type { CommandRequest } from "../../lib/core/command/command-request.ts";
import { type IdempotentRequest, identifyRequest } from "../../lib/core/command/idempotency.ts";
import { type Domain, keyOf, type Step, streamIdOf } from "../../lib/core/domain/domain.ts";
import type { Message } from "../../lib/core/domain/message.ts";
import type { CommandRoute } from "../../lib/core/domain/registry.ts";
import { badInput } from "../../lib/core/errors.ts";
import {
  callerOf,
  correlationIdOf,
  type HttpEvent,
  header,
  jsonBody,
  parseInput,
} from "./request.ts";

const expectedVersion = (event: HttpEvent): number | undefined => {
  const value = header(event, "if-match");
  if (value === undefined) return undefined;
  const [, version] = /^"(0|[1-9]\d{0,15})"$/.exec(value) ?? [];
  if (version === undefined)
    throw badInput("If-Match", 'must be a version in quotes, such as "17"');
  return Number(version);
};

const idempotency = (
  event: HttpEvent,
  caller: string,
  body: unknown,
): IdempotentRequest | undefined => {
  const key = header(event, "idempotency-key");
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw badInput("Idempotency-Key", "must have 1 to 255 visible characters");
  const { method, path } = event.requestContext.http;
  const ifMatch = header(event, "if-match") ?? "";
  return identifyRequest(caller, key, [method, path, ifMatch, body]);
};

const stepsOf = (
  domain: Domain,
  name: string,
  id: string,
  body: unknown,
): readonly Step<Message, Message>[] => {
  const route = domain.routes[name];
  if (route === undefined) throw new Error(`${domain.category} has no command route ${name}.`);
  if (typeof route !== "string") return route.steps(id, body);
  const command = domain.commands.parse(route, body);
  return [{ id, command: () => command }];
};

/** What a request asks for, parsed, and the id in its path; refuses what does not fit. */
export const commandRequest = (
  { domain, name }: CommandRoute,
  event: HttpEvent,
): { readonly id: string; readonly request: CommandRequest } => {
  const caller = callerOf(event);
  const id = event.pathParameters?.[keyOf(domain).parameter];
  const streamId = streamIdOf(domain, id, caller);
  const body = jsonBody(event);
  const steps = parseInput(() => stepsOf(domain, name, streamId, body), "body");
  const expected = expectedVersion(event);
  const identified = idempotency(event, caller.sub, body);
  const request = {
    domain,
    steps,
    caller,
    correlationId: correlationIdOf(event),
    causationId: event.requestContext.requestId,
    ...(expected === undefined ? {} : { expectedVersion: expected }),
    ...(identified ? { idempotency: identified } : {}),
  };
  return { id: id ?? streamId, request };
};
