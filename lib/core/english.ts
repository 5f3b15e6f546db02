import * as z from "zod/mini";
import english from "zod/v4/locales/en.js";

// `zod/mini` has no words of its own: without these, whatever does not fit is "Invalid input".
z.config(english());
