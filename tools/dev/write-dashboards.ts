import { join, resolve } from "node:path";
import { dashboardFiles } from "./grafana/dashboards.ts";

const root = resolve(import.meta.dir, "../..");
for (const [path, content] of dashboardFiles()) await Bun.write(join(root, path), content);
