import { type ExportedMetric, exportedMetrics } from "./exported-metrics.ts";

/** Metrics of the runtime, which differ between systems and are told in prose. */
const ofTheRuntime = /^(?:process|nodejs)_/;

/** `docs/metrics.md`, from the registries that the services would serve. */
export function metricsPage(): string {
  const services = exportedMetrics();
  const names = [...services.keys()];
  const metrics = new Map(
    [...services.values()]
      .flat()
      .filter(({ name }) => !ofTheRuntime.test(name))
      .map((metric) => [metric.name, metric]),
  );
  const owners = Map.groupBy(metrics.values(), ({ name }) =>
    names.filter((service) => services.get(service)?.some((metric) => metric.name === name)).join(),
  );
  const withCore = names.filter((name) => name !== "web");
  const titles = new Map([
    [names.join(), "Of every service"],
    [withCore.join(), `Of every service with a database: ${withCore.join(", ")}`],
  ]);
  const groups = [...owners].toSorted(([a], [b]) => b.split(",").length - a.split(",").length);
  return [
    introduction,
    ...groups.map(([owner, found]) =>
      tableOf(titles.get(owner) ?? `Of ${owner.replaceAll(",", " and ")}`, found),
    ),
    "",
  ].join("\n");
}

const introduction = `# Metrics

Written by \`bun tests/house/write-metrics-page.ts\` from the services' registries; a test holds it fresh.

\`/metrics\` is served on a port of its own, \`METRICS_PORT\`, and nothing else is. Every series has the label
\`service\`. Gauges of messages, sagas and checks of itself are read from the database or the broker when they are
scraped, so that every replica tells the same: take \`max by (service)\` of them, never a sum. Counters, histograms,
connections and readiness are of one process: sum them. Labels are of a bounded set: routes are patterns, methods and statuses known ones, and what met no
route is \`unmatched\`. The exceptions are \`eventID\` and \`eventName\` of \`myevents_bookings_count\`, which the contract has: there
is a series for each event that was booked since the process began, so drop them where you scrape if those are many.

Dashboards are in \`deploy/grafana\`, rules in \`deploy/prometheus\`, and what to do about an alert is in
[operations/alerts.md](operations/alerts.md).

Each process also exports what prom-client tells of its runtime: \`process_cpu_seconds_total\`,
\`process_resident_memory_bytes\`, \`nodejs_eventloop_lag_p99_seconds\`, \`nodejs_heap_size_used_bytes\` and others
of that kind.`;

function tableOf(title: string, metrics: readonly ExportedMetric[]): string {
  const rows = metrics
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, type, labels, help }) => {
      const labelled = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${labelled} | ${help} |`;
    });
  return [
    "",
    `## ${title}`,
    "",
    "| metric | kind | labels | tells |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
