import * as z from "zod/mini";

const DateOrTime = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: "must be a date or time of ISO 8601, such as 2026-11-01T00:00:00Z",
});

/** A time as text from a URL, or a date, which means its beginning in UTC; becomes ISO 8601 in UTC with milliseconds. */
export const IsoTime = z
  .pipe(
    DateOrTime,
    z.transform((text) => new Date(text).toISOString()),
  )
  // Beyond the year 9999 the text has another form, which would stand in a wrong order.
  .check(z.refine((text) => /^\d{4}-/.test(text), { error: "must be before the year 10000" }));
