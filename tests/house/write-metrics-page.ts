import { join } from "node:path";
import { metricsPage } from "./metrics-page.ts";
import { root } from "./repository.ts";

await Bun.write(join(root, "docs/metrics.md"), metricsPage());
// What the services are made of may hold timers.
process.exit(0);
