import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";
import { transform } from "esbuild";

// How the code of a benchmark is loaded, ours and that of peers. `node --import` this file.
if (isMainThread) register(import.meta.url);

/**
 * One copy of the SDK for all sides: two would be two sets of code to be compiled and kept in the processor's caches, the
 * one of fewer sides the slower. @type {import("node:module").ResolveHook}
 */
export const resolve = (specifier, context, next) =>
  next(
    specifier,
    /^@(aws-sdk|smithy)\//.test(specifier) ? { ...context, parentURL: import.meta.url } : context,
  );

/**
 * TypeScript without its types, as functions are deployed. `tsx` would wrap every closure that is made, to keep its name:
 * a price that no function pays, and no peer. @type {import("node:module").LoadHook}
 */
export const load = async (url, context, next) => {
  if (!/^file:[^?]*\.ts(\?|$)/.test(url)) return next(url, context);
  const text = await readFile(new URL(url), "utf8");
  const options = { loader: "ts", format: "esm", target: "node20", sourcemap: "inline" };
  const { code } = await transform(text, { ...options, sourcefile: url });
  return { format: "module", source: code, shortCircuit: true };
};
