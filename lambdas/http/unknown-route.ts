import { Refusal } from "../../lib/core/errors.ts";
import type { HttpEvent } from "./request.ts";

/** The refusal of a path that nothing answers. */
export const unknownRoute = ({ rawPath, requestContext }: HttpEvent): Refusal =>
  new Refusal("not-found", `There is no ${requestContext.http.method} ${rawPath}.`);
