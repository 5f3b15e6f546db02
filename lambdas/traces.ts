import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

const maps = new Map<string, SourceMap | undefined>();

const readMap = (bundle: string): SourceMap | undefined => {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, "utf8")));
  } catch {
    return undefined;
  }
};

const mapOf = (bundle: string): SourceMap | undefined => {
  if (!maps.has(bundle)) maps.set(bundle, readMap(bundle));
  return maps.get(bundle);
};

/** A frame with its place in the sources; with its place in the bundle, when that cannot be told. */
const shown = (frame: NodeJS.CallSite): string => {
  const bundle = frame.getFileName() ?? "";
  const line = frame.getLineNumber() ?? 0;
  const column = frame.getColumnNumber() ?? 0;
  const origin = mapOf(bundle)?.findOrigin(line, column);
  if (!origin || !("fileName" in origin)) return `${frame}`;
  const { fileName, lineNumber, columnNumber } = origin;
  const place = `${fileName.replace(/^(\.\.\/)+/, "")}:${lineNumber}:${columnNumber}`;
  return `${frame}`.replace(`${bundle}:${line}:${column}`, () => place);
};

// Part of every bundle. Node's own `--enable-source-maps` reads the map whenever a function starts; this reads it when
// the first trace is asked for.
Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map(shown)].join("\n    at ");
