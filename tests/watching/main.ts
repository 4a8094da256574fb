import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, NeverHappened } from "@app/platform/testing/eventually.ts";
import { type ProgramName, programNames, programs } from "../house/programs.ts";
import { alertRules, hasty } from "./alert-rules.ts";
import { startDemand } from "./demand.ts";
import { type DevRun, startDevRun } from "./dev-run.ts";
import { type Asked, askedByAlerts, askedByPanels } from "./expressions.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";

/** Looks at a development run through a real Prometheus: whether all that is asked has answers, and faults are told. */

const HELP = `bun run watched

Starts an ephemeral development run and Prometheus with the deployed configuration, and says
whether every panel and every alert has data, and whether faults raise their alerts and end them.
Takes four minutes. Prometheus is the one on the PATH, or named by PROMETHEUS_BIN; on Debian
\`apt-get install prometheus\` has it.`;

const answersDeadlineMs = 240_000;
const alertDeadlineMs = 180_000;
const everyMs = 1_000;
/** Instead of the minutes that rules wait before they fire. */
const ruleWait = "5s";

interface Fault {
  readonly what: string;
  /** What is frozen, by its command line. */
  readonly program: string;
  readonly alert: string;
}

const faults: readonly Fault[] = [
  { what: "inventory frozen", program: "inventory/main.ts", alert: "ServiceDown" },
  { what: "the broker frozen", program: "nats-server", alert: "OutboxStuck" },
];

if (import.meta.main) process.exit(await watched(process.argv.slice(2)));

async function watched(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    console.log(HELP);
    return args.includes("--help") ? 0 : 2;
  }
  const program = Bun.which(process.env.PROMETHEUS_BIN || "prometheus");
  if (program === null) {
    console.error(
      "there is no prometheus here: apt-get install prometheus, or name it in PROMETHEUS_BIN",
    );
    return 1;
  }
  const directory = mkdtempSync(join(tmpdir(), "watched-"));
  try {
    return await look(program, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function look(program: string, directory: string): Promise<number> {
  const folder = (name: string) => {
    mkdirSync(join(directory, name), { mode: 0o755 });
    return join(directory, name);
  };
  await using run = await startDevRun(folder("run"));
  const rules = hasty(alertRules(), ruleWait);
  await using prometheus = await startPrometheus({
    program,
    directory: folder("prometheus"),
    rules,
    ports: portsOf(run),
  });
  await using demand = startDemand(run.state.services.web?.url ?? "");
  console.log(`${programNames.length} services are scraped by ${prometheus.url}`);

  // The demo has one of them, which nobody has mended.
  const troubles = [await raised(prometheus, "DeadLetters", "a message that nobody can read")];
  for (const fault of faults) troubles.push(...(await told(run, prometheus, fault)));
  // Last, because of what has never failed there is no rate of failures.
  troubles.push(await answered(prometheus, "panels", askedByPanels()));
  troubles.push(await answered(prometheus, "alerts", askedByAlerts(rules)));
  console.log(`asked of the web meanwhile, by status: ${JSON.stringify([...demand.answers])}`);
  const failed = troubles.filter((trouble) => trouble !== undefined);
  for (const trouble of failed) console.error(trouble);
  console.log(
    `${troubles.length - failed.length} of ${troubles.length} looks are as they should be`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** Where the run has what the configuration looks for at a service's usual port. */
function portsOf({ state }: DevRun): ReadonlyMap<number, number> {
  const portOf = (name: ProgramName): [number, number][] => {
    const usual = programs[name].ports.METRICS_PORT;
    const real = state.services[name]?.metrics;
    return usual === undefined || real === undefined ? [] : [[usual, real]];
  };
  return new Map(programNames.flatMap(portOf));
}

/** Freezes something until it is told, and looks whether that ends when it goes on. */
async function told(
  run: DevRun,
  prometheus: Prometheus,
  { what, program, alert }: Fault,
): Promise<readonly (string | undefined)[]> {
  // Whatever came before has to be over, or the alert would tell of that.
  const calm = await took(async () => !(await prometheus.firing()).includes(alert));
  if (calm === undefined) return [`${alert} fires without ${what}`];
  const pid = run.pidOf(program);
  process.kill(pid, "SIGSTOP");
  try {
    const trouble = await raised(prometheus, alert, what);
    if (trouble !== undefined) return [trouble];
  } finally {
    process.kill(pid, "SIGCONT");
  }
  const over = await took(async () => !(await prometheus.firing()).includes(alert));
  if (over === undefined) return [undefined, `${alert} goes on after ${what} is over`];
  console.log(`${alert} ends ${over} s after ${what} is over`);
  return [undefined, undefined];
}

async function raised(
  prometheus: Prometheus,
  alert: string,
  what: string,
): Promise<string | undefined> {
  const after = await took(async () => (await prometheus.firing()).includes(alert));
  if (after === undefined) return `${alert} is not raised: ${what}`;
  console.log(`${alert} fires after ${after} s: ${what}`);
  return undefined;
}

/** Seconds until the condition holds; undefined if it does not in time. */
async function took(
  condition: () => Promise<boolean>,
  deadlineMs = alertDeadlineMs,
): Promise<number | undefined> {
  const since = performance.now();
  try {
    await eventually(condition, { deadlineMs, everyMs });
  } catch (error) {
    if (error instanceof NeverHappened) return undefined;
    throw error;
  }
  return Math.round((performance.now() - since) / 100) / 10;
}

/** Asks again and again what has had no answer yet; says what never had one. */
async function answered(
  prometheus: Prometheus,
  whose: string,
  asked: readonly Asked[],
): Promise<string | undefined> {
  let open = asked;
  const allAnswered = async () => {
    const checked = await Promise.all(
      open.map(async (one) => ({ one, values: await prometheus.values(one.expr) })),
    );
    open = checked.filter(({ values }) => values.length === 0).map(({ one }) => one);
    return open.length === 0;
  };
  const after = await took(allAnswered, answersDeadlineMs);
  console.log(`${asked.length - open.length} of ${asked.length} questions of ${whose} have data`);
  if (after !== undefined) return undefined;
  return open.map(({ by, expr }) => `no data: ${by}: ${expr}`).join("\n");
}
