import { Refusal } from "../../lib/core/errors.ts";
import { callerOf, type HttpEvent } from "./request.ts";

/** The person that the path names; refuses everybody but that person and admins. */
export const personOf = (event: HttpEvent): string => {
  const caller = callerOf(event);
  const person = event.pathParameters?.sub ?? "";
  if (person === caller.sub || caller.admin) return person;
  throw new Refusal("forbidden", "Only the person, or an admin, may do this.");
};
