import { register } from "../core/registry.ts";
import account from "./account/index.ts";

/** Every domain of this system: one line each. Tables, routes, views and the stack derive from it. */
export const registry = register([account]);
