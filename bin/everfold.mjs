#!/usr/bin/env node
// Plain JavaScript, so that Node 20 runs it; what it starts is TypeScript.
import { register } from "tsx/esm/api";

register();
await import("./everfold.ts");
