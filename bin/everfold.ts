import { everfold } from "./everfold/everfold.ts";
import { terminal } from "./everfold/terminal.ts";

// Whoever reads the output may have seen enough: `everfold ... | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

process.exitCode = await everfold(process.argv.slice(2), terminal());
