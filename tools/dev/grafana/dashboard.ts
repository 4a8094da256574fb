/** What a dashboard shows, without where it stands on the page. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Names of services to choose from, where it shows one at a time. */
  readonly perService?: boolean;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  /** What it tells, and what is good. */
  readonly tells: string;
  /** `value`: what it is now; `line`: how it became so. */
  readonly as: "value" | "line";
  readonly unit: "s" | "short" | "reqps" | "percentunit" | "bytes" | "bool";
  readonly queries: readonly Query[];
  /** Green below, red from here on. */
  readonly badFrom?: number;
}

export interface Query {
  readonly expr: string;
  /** What one series is called, with its labels as `{{label}}`. */
  readonly legend: string;
}

const columns = 24;
const heights = { value: 4, line: 8 } as const;
const datasource = { type: "prometheus", uid: "$datasource" };

/** The dashboard as Grafana reads it: rows under each other, the panels of a row side by side. */
export function grafanaDashboard({ uid, title, description, perService, rows }: Dashboard): object {
  let id = 0;
  let y = 0;
  const panels = rows.flatMap((row) => {
    const height = Math.max(...row.panels.map(({ as }) => heights[as]));
    const width = Math.floor(columns / row.panels.length);
    const head = { ...placed({ x: 0, y, w: columns, h: 1 }), type: "row", title: row.title };
    const body = row.panels.map((panel, index) => ({
      ...placed({ x: index * width, y: y + 1, w: width, h: height }),
      ...grafanaPanel(panel),
    }));
    y += 1 + height;
    return [head, ...body];
  });

  function placed(gridPos: { x: number; y: number; w: number; h: number }) {
    id += 1;
    return { id, gridPos };
  }

  return {
    uid,
    title,
    description,
    tags: ["quickbite"],
    schemaVersion: 39,
    editable: false,
    refresh: "15s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [datasourceVariable, ...(perService ? [serviceVariable] : [])] },
    links: [{ type: "dashboards", tags: ["quickbite"], title: "QuickBite", asDropdown: true }],
    panels,
  };
}

const datasourceVariable = {
  name: "datasource",
  type: "datasource",
  query: "prometheus",
  label: "Prometheus",
};

const serviceVariable = {
  name: "service",
  type: "query",
  label: "Service",
  datasource,
  query: { query: "label_values(service_ready, service)", refId: "services" },
  refresh: 2,
  sort: 1,
};

function grafanaPanel({ title, tells, as, unit, queries, badFrom }: Panel): object {
  const steps = [
    { color: "green", value: null },
    ...(badFrom === undefined ? [] : [{ color: "red", value: badFrom }]),
  ];
  return {
    type: as === "value" ? "stat" : "timeseries",
    title,
    description: tells,
    datasource,
    fieldConfig: {
      defaults: { unit, min: 0, thresholds: { mode: "absolute", steps } },
      overrides: [],
    },
    options:
      as === "value"
        ? { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "value", graphMode: "none" }
        : { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource,
      expr,
      legendFormat: legend,
    })),
  };
}
