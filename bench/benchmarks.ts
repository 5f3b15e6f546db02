import type { Benchmark } from "./benchmark.ts";
import { bundles } from "./bundles.ts";
import { commands } from "./commands.ts";
import { contention, distance } from "./contention.ts";
import { core } from "./core.ts";
import http from "./http.ts";
import { rebuild } from "./rebuild.ts";
import { views } from "./views.ts";

/** Every question, in the order of `docs/benchmarks.md`. */
export const benchmarks: readonly Benchmark[] = [
  commands,
  contention,
  distance,
  http,
  views,
  rebuild,
  core,
  bundles,
];
