import { createDocumentClient } from "../lib/adapters/dynamodb/client.ts";
import { eraseSubject } from "../lib/core/erase.ts";
import { Refusal } from "../lib/core/errors.ts";
import { endpoint } from "./http/endpoint.ts";
import { callerOf, type HttpEvent } from "./http/request.ts";
import { unknownRoute } from "./http/unknown-route.ts";
import { erasePorts } from "./key-ports.ts";

const ports = erasePorts(createDocumentClient());

/** The person that the path names; refuses everybody but that person and admins. */
const personOf = (event: HttpEvent): string => {
  const caller = callerOf(event);
  const person = event.pathParameters?.sub ?? "";
  if (person === caller.sub || caller.admin) return person;
  throw new Refusal("forbidden", "Only the person, or an admin, may do this.");
};

/** Answers `DELETE /people/{sub}`: forgets a person for good. */
export const handler = endpoint(async (event) => {
  if (event.routeKey !== "DELETE /people/{sub}") throw unknownRoute(event);
  return { status: 202, body: await eraseSubject(ports, personOf(event)) };
});
