import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where everything is, for the tools that talk to a dev run. */
export interface DevState {
  readonly pid: number;
  readonly services: Readonly<Record<string, ServiceState>>;
  /** Whom to signal, by the names of the table: changes with every restart. */
  readonly processes: Readonly<Record<string, number>>;
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

/** A state that others read. */
export interface StateFile extends Disposable {
  /** Says it anew. */
  update(state: DevState): void;
}

/** Says where this run is, until it is disposed of. */
export function writeState(directory: string, first: DevState): StateFile {
  const file = join(directory, FILE);
  const unfinished = `${file}.${process.pid}`;
  let disposed = false;
  const write = (state: DevState) => {
    writeFileSync(unfinished, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    renameSync(unfinished, file);
  };
  const update = (state: DevState) => {
    // An ordinary run that came later has taken the place of this one.
    if (disposed || (readState(directory)?.pid ?? process.pid) !== process.pid) return;
    write(state);
  };
  write(first);
  return {
    update,
    [Symbol.dispose]() {
      disposed = true;
      if (readState(directory)?.pid === process.pid) rmSync(file, { force: true });
    },
  };
}

/** What the last run in the directory said; it may be gone. */
export function readState(directory: string): DevState | undefined {
  const file = join(directory, FILE);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // Its run ended in this moment.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
