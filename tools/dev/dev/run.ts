import { demoOperatorToken } from "@app/qb/demo-operator.ts";
import { Failure } from "@app/qb/failure.ts";
import type { Infrastructure } from "../infrastructure.ts";
import { Advice } from "./advice.ts";
import type { Colours } from "./colours.ts";
import { makeDemo } from "./demo.ts";
import type { EndSignals } from "./end-signals.ts";
import { keepRunning } from "./keep-running.ts";
import { logView } from "./log-view.ts";
import type { DevOptions } from "./options.ts";
import { pagesOf, pagesText } from "./pages.ts";
import { type Phases, phases } from "./phases.ts";
import { readyTable, type TableRow } from "./ready-table.ts";
import { claimRunDirectory } from "./run-directory.ts";
import type { Replica } from "./service-plan.ts";
import { urlOf } from "./service-unit.ts";
import { startFoundation } from "./start.ts";
import { type StateFile, writeState } from "./state-file.ts";
import { type StatusBar, statusBar } from "./status-bar.ts";
import type { Unit } from "./supervise.ts";
import type { Terminal } from "./terminal.ts";
import { tryIt } from "./try-it.ts";
import { untilStopped } from "./until-stopped.ts";

export interface Run {
  readonly repository: string;
  /** Where everything is kept. */
  readonly dataDir: string;
  readonly options: DevOptions;
  readonly colours: Colours;
  readonly terminal: Terminal;
  readonly end: EndSignals;
  /** Filled with all that is kept running, so that a second interrupt can kill it. */
  readonly units: Unit[];
}

const READY_LIMIT_MS = 60_000;
/** On a slow machine, as long as every service that is missing is still at its first start. */
const SLOW_LIMIT_MS = 180_000;
const SERVERS_LIMIT_MS = 3_000;

/** Starts everything, keeps it running until it is told to stop, and stops it in order. */
export async function run(run: Run): Promise<void> {
  const { options, colours, terminal, end, units } = run;
  refuseWipingGivenServers(options);
  refuseClusterOfGivenNats(options);
  terminal.print(colours.bold("QuickBite"));
  await using running = new AsyncDisposableStack();
  const steps = phases(terminal, colours);
  const directory = running.use(await claimRunDirectory(run.dataDir, options));
  const stopped = rejected(end.stopping);

  const onServers = (servers: Promise<Infrastructure>) => {
    running.defer(() => stopServers(servers));
  };
  const given = { ...run, directory: directory.path, phases: steps, onServers };
  const foundation = await Promise.race([startFoundation(given), stopped]);
  const { infrastructure, replicas } = foundation;
  const { databaseUrl, natsUrl } = infrastructure;

  const names = replicas.map(({ name }) => name);
  const logs = logView(terminal, { names, colours, level: options.logs });
  const status = statusBar(terminal, run);
  let file: StateFile | undefined;
  const state = () => ({
    pid: process.pid,
    services: Object.fromEntries(replicas.map(stateOf)),
    processes: processesOf(units),
    natsUrl,
    databaseUrl,
  });
  const tell = tellAfterFirst(status);
  const rows = keepRunning({
    repository: run.repository,
    directory: directory.path,
    options,
    foundation,
    onLine: logs.line,
    onChange(unit) {
      tell(unit);
      file?.update(state());
    },
    stopping: end.stopping,
  });
  units.push(...rows.map(({ unit }) => unit));
  running.defer(() => endInOrder(units, names));
  await Promise.race([servicesReady(steps, run, names), stopped]);
  file = running.use(writeState(directory.statePath, state()));
  if (options.demo) await Promise.race([demoReady(steps, run, replicas), stopped]);

  const showTable = () => printTable(run, { rows, replicas });
  terminal.print(`\n${colours.green("Ready")} in ${seconds(performance.now())}`);
  showTable();
  await Promise.race([printOperatorToken(run, replicas), stopped]);
  if (!options.ci) await untilStopped({ ...run, replicas, databaseUrl, logs, status, showTable });
  const startedAt = performance.now();
  await running.disposeAsync();
  terminal.print(colours.dim(`Stopped in ${seconds(performance.now() - startedAt)}.`));
}

/** Nobody's data goes away but what a dev run made. */
function refuseWipingGivenServers({ fresh, ephemeral }: DevOptions): void {
  const given = ["DATABASE_URL", "NATS_URL"].filter((name) => process.env[name]);
  if (given.length === 0 || !(fresh || ephemeral)) return;
  throw new Advice(
    `--${fresh ? "fresh" : "ephemeral"} is only for servers that this run starts, but ${given.join(" and ")} is set.`,
    "Unset it, or remove the quickbite_* databases and the streams there by yourself.",
  );
}

/** Whose nodes they are decides how many copies they can keep. */
function refuseClusterOfGivenNats({ cluster }: DevOptions): void {
  if (!cluster || !process.env.NATS_URL) return;
  throw new Advice(
    "--cluster starts nodes of NATS, but NATS_URL is set.",
    "Unset it, or run on yours with --replicas 2 and STREAM_REPLICAS.",
  );
}

/** Tells every change but the first start, which is told by its step. */
function tellAfterFirst(status: StatusBar): (unit: Unit) => void {
  const begun = new Set<string>();
  return (unit) => {
    const isFirst = unit.status.state === "ready" && !begun.has(unit.name);
    if (isFirst) begun.add(unit.name);
    else status.tell(unit);
  };
}

/** Services first, while what they drain into is there. */
async function endInOrder(units: readonly Unit[], services: readonly string[]): Promise<void> {
  const isService = ({ name }: Unit) => services.includes(name);
  await Promise.all(units.filter(isService).map((unit) => unit.end()));
  await Promise.all(units.map((unit) => unit.end()));
}

/** A start that is still under way is left to the watchdog. */
async function stopServers(servers: Promise<Infrastructure>): Promise<void> {
  const settled = servers.catch(() => undefined);
  const infrastructure = await Promise.race([settled, Bun.sleep(SERVERS_LIMIT_MS)]);
  await infrastructure?.stop();
}

/** Never resolves; rejects with the reason as soon as the run is told to stop. */
function rejected(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

/** The names of all that runs, with their processes: whoever wants to hurt one finds it by its name. */
function processesOf(units: readonly Unit[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    units.flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid] as const])),
  );
}

/** Waits for all, and longer for those that are still starting than for those that fail. */
function servicesReady(
  steps: Phases,
  { units, options }: Run,
  names: readonly string[],
): Promise<{ told: string }> {
  return steps.run("services", async () => {
    const all = Promise.all(units.map(({ firstReady }) => firstReady));
    const missing = () => units.filter(({ status }) => status.state !== "ready");
    if (await isWithin(all, READY_LIMIT_MS)) return { told: names.join(", ") };
    if (missing().every(({ status }) => status.state === "starting")) {
      const slow = missing().map(({ name }) => name);
      steps.note(`still starting after ${seconds(READY_LIMIT_MS)}: ${slow.join(", ")}; waiting on`);
      if (await isWithin(all, SLOW_LIMIT_MS - READY_LIMIT_MS)) return { told: names.join(", ") };
    }
    const told = missing().map(({ name, status }) => `${name}: ${status.detail ?? status.state}`);
    const why = `not ready after ${seconds(performance.now())}: ${told.join("; ")}`;
    if (options.ci) throw new Advice(why, "Their own lines above say more.");
    return { told: why };
  });
}

/** Whether it is done within that time. */
function isWithin(done: Promise<unknown>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(late.resolve, ms, false);
  return Promise.race([done.then(() => true), late.promise]).finally(() => clearTimeout(timer));
}

/** Whoever only tries things out goes on without the demo, and is told how to have it later. */
function demoReady(
  steps: Phases,
  { options }: Run,
  replicas: readonly Replica[],
): Promise<{ told: string }> {
  return steps.run("demo data", async () => {
    try {
      return { told: await makeDemo(replicas) };
    } catch (error) {
      if (options.ci || !(error instanceof Failure)) throw error;
      return { told: `left out: ${error.message}; qb seed makes it later` };
    }
  });
}

function stateOf(replica: Replica) {
  const { name, ports } = replica;
  const grpc = ports.grpc && { grpc: `http://127.0.0.1:${ports.grpc}` };
  return [name, { url: urlOf(replica), metrics: ports.metrics, ...grpc }] as const;
}

function printTable(
  { terminal, colours, options }: Run,
  of: { readonly rows: readonly TableRow[]; readonly replicas: readonly Replica[] },
): void {
  const commands = tryIt(of.replicas, options).flatMap(([what, command]) => [
    `  ${colours.dim(`# ${what}`)}`,
    `  ${command}`,
  ]);
  const pages = pagesOf(of.replicas);
  const first = pages ? ["", pagesText(pages, colours)] : [];
  terminal.print([...first, "", readyTable(of.rows, colours), "", ...commands, ""].join("\n"));
}

/** For calls by curl; `qb` signs in by itself. */
async function printOperatorToken(
  { terminal, colours }: Run,
  replicas: readonly Replica[],
): Promise<void> {
  const users = replicas.find(({ name }) => name === "users");
  const token = users && (await demoOperatorToken(urlOf(users)));
  if (token === undefined) return;
  terminal.print(`  ${colours.dim("# an operator's token, good for ten minutes")}\n  ${token}\n`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
