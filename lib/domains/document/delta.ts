import { applyPatch, createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import * as z from "zod/mini";

/** Lines that may differ before a delta is not worth its search, which takes the square of their number. */
export const editLengthMax = 1_000;

/** How a body becomes the next one: by a patch (unified diff), or by the whole new body where that is shorter. */
export const Delta = z.union([
  z.strictObject({ patch: z.string() }),
  z.strictObject({ body: z.string() }),
]);
export type Delta = z.output<typeof Delta>;

const patchBetween = (from: string, to: string, contextLines: number): string | undefined =>
  createTwoFilesPatch("a", "b", from, to, undefined, undefined, {
    context: contextLines,
    maxEditLength: editLengthMax,
    headerOptions: FILE_HEADERS_ONLY,
  });

/** A patch that replaces every line, for bodies that have next to nothing in common. */
const replacement = (from: string, to: string): string => {
  const hunk = (text: string, sign: string): string =>
    text === ""
      ? ""
      : text
          .replace(/\n$/, "")
          .split("\n")
          .map((line) => `${sign}${line}\n`)
          .join("") + (text.endsWith("\n") ? "" : "\\ No newline at end of file\n");
  const lines = (text: string): number =>
    text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
  const header = `@@ -${from === "" ? 0 : 1},${lines(from)} +${to === "" ? 0 : 1},${lines(to)} @@\n`;
  return `--- a\n+++ b\n${header}${hunk(from, "-")}${hunk(to, "+")}`;
};

/** The body after a delta; throws when the delta was made for another body. */
export const applyDelta = (body: string, delta: Delta): string => {
  if ("body" in delta) return delta.body;
  const patched = applyPatch(body, delta.patch, { autoConvertLineEndings: false });
  if (patched === false) throw new Error("A delta does not fit the body before it.");
  return patched;
};

/** The shortest delta between two bodies that gives the second one back exactly. */
export const deltaBetween = (from: string, to: string): Delta => {
  const patch = patchBetween(from, to, 0);
  if (patch === undefined || patch.length >= to.length) return { body: to };
  return applyDelta(from, { patch }) === to ? { patch } : { body: to };
};

/** Unified diff of two bodies for people to read. */
export const unifiedDiff = (from: string, to: string): string =>
  patchBetween(from, to, 3) ?? replacement(from, to);
