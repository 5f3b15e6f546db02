import { register } from "../core/domain/registry.ts";
import account from "./account/index.ts";
import cart from "./cart/index.ts";
import document from "./document/index.ts";
import like from "./like/index.ts";
import playback from "./playback/index.ts";
import ride from "./ride/index.ts";

/** Every domain of this system, one line each. Tables, routes, views and the stack derive from them. */
export const registry = register([account, cart, document, like, playback, ride]);
