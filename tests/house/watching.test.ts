import { describe, expect, test } from "bun:test";
import { dashboardFiles, dashboards } from "@app/dev/grafana/dashboards.ts";
import { z } from "zod";
import { composeFile } from "./compose-file.ts";
import { exportedMetrics } from "./exported-metrics.ts";
import { podsOf } from "./kubernetes-objects.ts";
import { rendered } from "./kustomization.ts";
import { programNames, programs } from "./programs.ts";
import { askedBy } from "./promql.ts";
import { textOf } from "./repository.ts";

/** Of Prometheus itself, for each target. */
const ofScrapes = ["up"];
/** Beside the labels of a metric: of the target, of every series of ours, and of buckets. */
const labelsOfAll = ["job", "instance", "service", "le"];

const metrics = new Map([...exportedMetrics().values()].flat().map((m) => [m.name, m]));

/** The metric behind a series: histograms are asked for by their parts. */
function metricOf(series: string) {
  const whole = metrics.get(series);
  const part = metrics.get(series.replace(/_(?:bucket|count|sum)$/, ""));
  if (whole) return whole.type === "histogram" ? undefined : whole;
  return part?.type === "histogram" ? part : undefined;
}

/** Series that nobody exports, and labels that none of the expression's series has. */
function unknownIn(expression: string): readonly string[] {
  const { series, labels } = askedBy(expression);
  const ours = series.filter((name) => !ofScrapes.includes(name));
  const known = new Set([...labelsOfAll, ...ours.flatMap((name) => metricOf(name)?.labels ?? [])]);
  return [
    ...ours.filter((name) => !metricOf(name)),
    ...labels.filter((label) => !known.has(label)).map((label) => `label ${label}`),
  ];
}

const AlertsFile = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.object({ severity: z.enum(["page", "ticket"]) }),
          annotations: z.object({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const rulesIn = (file: string) =>
  AlertsFile.parse(Bun.YAML.parse(textOf(`deploy/prometheus/${file}`))).groups.flatMap(
    ({ rules }) => rules,
  );
const ofOurs = rulesIn("alerts.yaml");
/** Beside those that ask our programs, what a cluster says of its jobs. */
const alerts = [...ofOurs, ...rulesIn("backups.yaml")];

const KubernetesScrapes = z.object({
  rule_files: z.array(z.string()),
  scrape_configs: z.tuple([
    z.object({
      job_name: z.string(),
      kubernetes_sd_configs: z.array(z.unknown()),
      relabel_configs: z.array(
        z.object({ action: z.string().optional(), regex: z.string().optional() }),
      ),
    }),
  ]),
});

describe("dashboards", () => {
  test("are as their source says", () => {
    const stale = [...dashboardFiles()].filter(([path, content]) => textOf(path) !== content);

    expect(stale.map(([path]) => path)).toEqual([]);
  });

  test("ask for what is exported", () => {
    const panels = Object.values(dashboards).flatMap(({ rows }) =>
      rows.flatMap((row) => row.panels),
    );
    const unknown = panels.flatMap(({ title, queries }) =>
      queries.flatMap(({ expr }) => unknownIn(expr).map((what) => `${title}: ${what}`)),
    );

    expect(panels.length).toBeGreaterThan(20);
    expect(unknown).toEqual([]);
  });

  test("call series by labels that are left of them", () => {
    const lost = Object.values(dashboards)
      .flatMap(({ rows }) => rows.flatMap((row) => row.panels))
      .flatMap(({ title, queries }) =>
        queries.flatMap(({ expr, legend }) => {
          const used = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
          const grouped = /^[^(]*\bby\s*\(([^)]*)\)|sum by \(([^)]*)\)/.exec(expr);
          const left = grouped?.slice(1).join(",").split(/,\s*/) ?? ["instance"];
          return used.filter((label) => !left.includes(label)).map((label) => `${title}: ${label}`);
        }),
      );

    expect(lost).toEqual([]);
  });
});

describe("alerts", () => {
  test("ask for what is exported", () => {
    const unknown = ofOurs.flatMap(({ alert, expr }) =>
      unknownIn(expr).map((what) => `${alert}: ${what}`),
    );

    expect(unknown).toEqual([]);
  });

  test("each are shown to fire by a test of the rules", () => {
    const tested = textOf("deploy/prometheus/alerts.test.yaml");
    const fired = [...tested.matchAll(/alertname: (\w+)\n.*\n +exp_alerts:\n/g)];

    expect([...new Set(fired.map(([, name = ""]) => name))].toSorted()).toEqual(
      alerts.map(({ alert }) => alert).toSorted(),
    );
  });

  test("ask whether any program is gone", () => {
    const gone = alerts.find(({ alert }) => alert === "ServiceGone")?.expr ?? "";

    expect(
      [...gone.matchAll(/absent\(service_ready\{service="(\w+)"\}\)/g)].map(([, of]) => of),
    ).toEqual([...programNames]);
  });

  test("lead to somebody, whatever their severity", () => {
    const { receivers, route } = z
      .object({
        receivers: z.array(z.object({ name: z.string() })),
        route: z.object({
          receiver: z.string(),
          routes: z.array(z.object({ receiver: z.string(), matchers: z.array(z.string()) })),
        }),
      })
      .parse(Bun.YAML.parse(textOf("deploy/prometheus/alertmanager.yaml")));

    expect(receivers.map(({ name }) => name)).toEqual(["page", "ticket"]);
    expect(route.receiver).toBe("ticket");
    expect(route.routes).toEqual([{ receiver: "page", matchers: ['severity = "page"'] }]);
  });

  test("each have a runbook of their own, and no runbook is of none", () => {
    const page = textOf("docs/operations/alerts.md");
    const told = [...page.matchAll(/^### (\w+)$/gm)].map(([, name = ""]) => name);

    expect(told.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook).toBe(`docs/operations/alerts.md#${alert.toLowerCase()}`);
    }
  });

  test("are told by their runbook with their severity, what they mean, how to look, and what to do", () => {
    const sections = textOf("docs/operations/alerts.md").split(/^### /m).slice(1);
    const texts = new Map(sections.map((section) => [section.split("\n")[0] ?? "", section]));

    for (const { alert, labels, for: after } of alerts) {
      const text = texts.get(alert) ?? "";
      expect(text).toContain(
        `*${labels.severity}*${after === undefined ? "\n" : `, after ${after}\n`}`,
      );
      expect(text).toMatch(/- \*\*Means\.\*\* [\s\S]+- \*\*Look\.\*\* [\s\S]+- \*\*Do\.\*\* /);
    }
  });

  test("lead to each other by names that are there", () => {
    const page = textOf("docs/operations/alerts.md");
    const anchors = new Set(alerts.map(({ alert }) => alert.toLowerCase()));
    const links = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor = ""]) => anchor);

    expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([]);
  });
});

describe("what is scraped", () => {
  test("is every service of the development run, on its metrics port", () => {
    const file = textOf("deploy/prometheus/prometheus.yaml");

    for (const name of programNames) {
      expect(file).toContain(`127.0.0.1:${programs[name].ports.METRICS_PORT} # ${name}`);
    }
  });

  test("is every pod that asks for it, in the namespace and by the port that ours have", () => {
    const file = KubernetesScrapes.parse(
      Bun.YAML.parse(textOf("deploy/prometheus/kubernetes.yaml")),
    );
    const [{ job_name, kubernetes_sd_configs, relabel_configs }] = file.scrape_configs;
    const manifests = rendered("deploy/kubernetes/base");
    const ports = podsOf(manifests)
      .filter(({ annotations }) => annotations["prometheus.io/scrape"] === "true")
      .flatMap(({ containers }) => containers.flatMap((container) => container.ports))
      .filter(({ name }) => name === "metrics");
    const kept = relabel_configs.filter(({ action }) => action === "keep");

    expect(ofOurs.some(({ expr }) => expr.includes(`job="${job_name}"`))).toBe(true);
    expect(kubernetes_sd_configs).toEqual([
      { role: "pod", namespaces: { names: [manifests[0]?.metadata.name ?? ""] } },
    ]);
    expect(kept.map(({ regex }) => regex)).toEqual(["true", "metrics"]);
    expect(ports).toHaveLength(programNames.length);
    const made = rendered("deploy/prometheus").flatMap(({ data }) => Object.keys(Object(data)));
    expect(made).toEqual([...file.rule_files, "kubernetes.yaml"]);
  });

  test("is every service in containers, by its name, with the same rules and dashboards", () => {
    const file = textOf("deploy/compose/prometheus.yaml");
    const { configs, services } = composeFile();
    const mounted = Object.values(services).flatMap((service) =>
      service.configs.map(
        ({ source, target }) => [target, configs[source]?.file.slice(2)] as const,
      ),
    );

    for (const name of programNames) {
      const port = programs[name].ports.METRICS_PORT;
      expect(file).toContain(`names: [${name}], type: A, port: ${port},`);
    }
    expect(new Map(mounted).get("/etc/prometheus/alerts.yaml")).toBe(
      "deploy/prometheus/alerts.yaml",
    );
    const shown = mounted.filter(([target]) => target.startsWith("/etc/grafana/dashboards/"));
    expect(shown.map(([, path]) => path)).toEqual([...dashboardFiles().keys()]);
    expect(textOf("deploy/grafana/provider.yaml")).toContain("path: /etc/grafana/dashboards\n");
  });
});

describe("askedBy", () => {
  test("tells series from functions, keywords, labels and durations", () => {
    const expression = `sum by (a, le) (rate(x_bucket{b="c_d",e!~"f.."}[5m])) / 3
      > on (a) group_left (g) max(y) unless z{service="$service"} offset 1h or vector(0)`;

    expect(askedBy(expression)).toEqual({
      series: ["x_bucket", "y", "z"],
      labels: ["b", "e", "service", "a", "le", "g"],
    });
  });
});
