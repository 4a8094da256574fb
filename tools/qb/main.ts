import { runQb } from "./program.ts";

// Not `process.exit`: what was written to a pipe must get there.
process.exitCode = await runQb(Bun.argv.slice(2));
