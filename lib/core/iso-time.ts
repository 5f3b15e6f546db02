import * as z from "zod";

/** A time as text from a URL, or a date, which means its beginning in UTC; becomes ISO 8601 in UTC with milliseconds. */
export const IsoTime = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: "must be a date or time of ISO 8601, such as 2026-11-01T00:00:00Z",
  })
  .transform((text) => new Date(text).toISOString());
