import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startServer } from "@app/dev/infrastructure/managed-server.ts";
import { freePort } from "@app/dev/infrastructure/ports.ts";
import { z } from "zod";
import { type AlertRules, prometheusFiles } from "./alert-rules.ts";

export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** The values that an expression has at this moment; none where it has no answer. */
  values(expression: string): Promise<readonly number[]>;
  /** Names of the rules that fire. */
  firing(): Promise<readonly string[]>;
}

export interface PrometheusOptions {
  readonly program: string;
  /** Empty, and its own. */
  readonly directory: string;
  readonly rules: AlertRules;
  /** Where what the configuration looks for at one port really is. */
  readonly ports: ReadonlyMap<number, number>;
}

/** Seconds between two scrapes, and between two looks at the rules. */
const everySeconds = 2;
const startDeadlineMs = 30_000;
const answerWithinMs = 10_000;

const Configuration = z.looseObject({
  scrape_configs: z.array(
    z.looseObject({ static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
  ),
});
const Answer = z.object({
  data: z.object({
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
  }),
});
const Alerts = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.object({ alertname: z.string() }) })),
  }),
});

/** Starts Prometheus with the configuration that is deployed, but for where its targets are and how often it asks. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { program, directory, rules } = options;
  const config = join(directory, "prometheus.yaml");
  // JSON is YAML, too.
  writeFileSync(config, JSON.stringify(configuration(options.ports)));
  writeFileSync(join(directory, "alerts.yaml"), JSON.stringify(rules));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string) => {
    const signal = AbortSignal.timeout(answerWithinMs);
    const response = await fetch(`${url}${path}`, { signal });
    if (!response.ok) throw new Error(`${path} is answered by ${await response.text()}`);
    return response;
  };
  const server = await startServer({
    name: "prometheus",
    port,
    logFile: join(directory, "prometheus.log"),
    command: [
      program,
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    stopSignal: "SIGTERM",
    stopGraceMs: 10_000,
    startDeadlineMs,
    isReady: async () => (await ask("/-/ready")).ok,
  });
  return {
    url,
    async values(expression) {
      const response = await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = Answer.parse(await response.json());
      // Of nothing a quantile is no number, and no answer either.
      return data.result
        .map(({ value }) => Number(value[1]))
        .filter((value) => !Number.isNaN(value));
    },
    async firing() {
      const { data } = Alerts.parse(await (await ask("/api/v1/alerts")).json());
      const firing = data.alerts.filter(({ state }) => state === "firing");
      return [...new Set(firing.map(({ labels }) => labels.alertname))].toSorted();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function configuration(ports: PrometheusOptions["ports"]): object {
  const text = readFileSync(join(prometheusFiles, "prometheus.yaml"), "utf8");
  const deployed = Configuration.parse(Bun.YAML.parse(text));
  const moved = (target: string) => {
    const port = ports.get(Number(target.split(":")[1]));
    if (port === undefined) throw new Error(`nothing of the run is meant by the target ${target}`);
    return `127.0.0.1:${port}`;
  };
  const every = `${everySeconds}s`;
  return {
    ...deployed,
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    scrape_configs: deployed.scrape_configs.map((job) => ({
      ...job,
      static_configs: job.static_configs.map(({ targets }) => ({ targets: targets.map(moved) })),
    })),
  };
}
