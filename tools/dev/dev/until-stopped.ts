import { generate } from "../generate.ts";
import type { Colours } from "./colours.ts";
import { migrateService } from "./databases.ts";
import type { EndSignals } from "./end-signals.ts";
import { keyBindings } from "./key-bindings.ts";
import { readKeys } from "./keys.ts";
import type { LogView } from "./log-view.ts";
import { pagesOf } from "./pages.ts";
import { type Edits, watchSources } from "./reload.ts";
import type { Replica } from "./service-plan.ts";
import type { StatusBar } from "./status-bar.ts";
import type { Unit } from "./supervise.ts";
import type { Terminal } from "./terminal.ts";

export interface Running {
  readonly repository: string;
  readonly databaseUrl: string;
  readonly replicas: readonly Replica[];
  readonly units: readonly Unit[];
  readonly logs: LogView;
  readonly status: StatusBar;
  readonly colours: Colours;
  readonly terminal: Terminal;
  readonly end: EndSignals;
  readonly showTable: () => void;
}

/** Answers keys and edits until the run is told to stop. */
export async function untilStopped(running: Running): Promise<void> {
  const { end, terminal, colours } = running;
  const { stopping } = end;
  using _watch = watchSources(running.repository, (edits) => void take(edits, running));
  using _keys = terminal.isInteractive ? keys(running) : undefined;
  if (!terminal.isInteractive) terminal.print("Ctrl-C stops everything.");
  if (!stopping.aborted) {
    await new Promise((resolve) => stopping.addEventListener("abort", resolve, { once: true }));
  }
  running.status.close();
  terminal.print(colours.dim(`Stopping (${stopping.reason}); again kills.`));
}

function keys(running: Running): Disposable {
  const { terminal, colours, end, logs, status, units, showTable } = running;
  const showHelp = () => {
    const lines = bindings.map(({ key, label }) => `  ${colours.bold(key)}  ${label}`);
    terminal.print(["", ...lines, ""].join("\n"));
  };
  const quit = () => end.interrupt("q");
  const pages = pagesOf(running.replicas);
  const bindings = keyBindings({ units, logs, pages, showTable, showHelp, quit });
  status.refresh();
  return readKeys({
    keys: bindings,
    interrupt: () => end.interrupt("Ctrl-C"),
    show: status.open,
  });
}

/** Generates and migrates what an edit asks for, then restarts whoever runs older code. */
async function take({ generate: isContract, migrate, restart }: Edits, running: Running) {
  const { repository, databaseUrl, replicas, units, terminal, colours } = running;
  try {
    // What it writes is an edit of its own, and restarts its users.
    if (isContract && (await generate()) === 0) terminal.print("generated proto/gen anew");
    for (const service of migrate) {
      const applied = await migrateService(repository, databaseUrl, service);
      for (const name of applied) terminal.print(`+ quickbite_${service} ${name}`);
    }
  } catch (error) {
    terminal.print(colours.red(error instanceof Error ? error.message : String(error)));
    return;
  }
  const outdated = replicas.filter(({ service }) => restart === "all" || restart.has(service));
  if (outdated.length === 0) return;
  terminal.print(colours.dim(`edited: restarting ${outdated.map(({ name }) => name).join(", ")}`));
  for (const { name } of outdated) units.find((unit) => unit.name === name)?.restart();
}
