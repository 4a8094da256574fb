import { type Dashboard, grafanaDashboard } from "./dashboard.ts";
import { messaging } from "./messaging.ts";
import { overview } from "./overview.ts";
import { service } from "./service.ts";

/** All dashboards, each by the name of its file. */
export const dashboards: Readonly<Record<string, Dashboard>> = { overview, messaging, service };

/** The files that Grafana reads, by their place in the repository. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(dashboards).map(([name, dashboard]) => [
      `deploy/grafana/dashboards/${name}.json`,
      `${JSON.stringify(grafanaDashboard(dashboard), null, 2)}\n`,
    ]),
  );
}
