import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where everything is, for the tools that talk to a dev run. */
export interface DevState {
  readonly pid: number;
  readonly services: Readonly<Record<string, ServiceState>>;
  readonly natsUrl: string;
  /** The server in which each service has a database; it may hold a password. */
  readonly databaseUrl: string;
}

export interface ServiceState {
  readonly url: string;
  readonly grpc?: string;
  /** The port of its metrics. */
  readonly metrics: number;
}

const FILE = "state.json";

/** Says where this run is, until it is disposed of. */
export function writeState(directory: string, state: DevState): Disposable {
  const file = join(directory, FILE);
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
  return {
    [Symbol.dispose]() {
      if (readState(directory)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

/** What the last run in the directory said; it may be gone. */
export function readState(directory: string): DevState | undefined {
  const file = join(directory, FILE);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
