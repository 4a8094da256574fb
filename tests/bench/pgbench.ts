import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A statement that pgbench runs again and again, and what it puts into it. */
export interface Script {
  /** SQL with `:name` for variables; lines that begin with `\` are pgbench's own commands. */
  readonly text: string;
  /** Values of variables; none may be empty, which pgbench does not take. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface PgbenchRun {
  readonly transactions: number;
  readonly perSecond: number;
}

export interface PgbenchOptions {
  readonly url: string;
  readonly script: Script;
  readonly clients: number;
  readonly seconds: number;
  /** For the script's file. */
  readonly directory: string;
}

const THREADS_MAX = 2;
/** Beyond its seconds, for connecting and for the last statement. */
const GRACE_MS = 15_000;

/** Which pgbench there is: its version; undefined without one. */
export function pgbenchVersion(): string | undefined {
  const program = Bun.which("pgbench");
  if (!program) return undefined;
  const { stdout } = Bun.spawnSync([program, "--version"]);
  return /\d+(?:\.\d+)+/.exec(stdout.toString())?.[0];
}

/** Shown where pgbench is missing. */
export const noPgbench =
  "Nothing is compared with pgbench, which is not installed here (Debian: apt install postgresql-contrib).";

export const hasPgbench = () => pgbenchVersion() !== undefined;

/** Runs the statement as one transaction each, prepared, on so many connections at once. */
export async function runPgbench(options: PgbenchOptions): Promise<PgbenchRun> {
  const { url, script, clients, seconds, directory } = options;
  const file = join(directory, "pgbench.sql");
  writeFileSync(file, script.text);
  const { username, password, hostname, port, pathname } = new URL(url);
  const child = Bun.spawn(
    [
      ...["pgbench", "--no-vacuum", "--protocol=prepared", "--file", file],
      ...["--client", String(clients), "--jobs", String(Math.min(clients, THREADS_MAX))],
      ...["--time", String(seconds)],
      ...Object.entries(script.variables).flatMap(([name, value]) => ["-D", `${name}=${value}`]),
      pathname.slice(1),
    ],
    {
      env: {
        PATH: process.env.PATH,
        LC_ALL: "C",
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: decodeURIComponent(username),
        PGPASSWORD: decodeURIComponent(password),
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: seconds * 1_000 + GRACE_MS,
    },
  );
  const [code, output, errors] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (code !== 0) throw new Error(`pgbench ended with ${code}: ${errors.trim().slice(-1_000)}`);
  return readPgbench(output);
}

/** Reads what pgbench says at its end. Throws when a transaction failed. */
export function readPgbench(output: string): PgbenchRun {
  const number = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const failed = number(/number of failed transactions: (\d+)/);
  if (failed > 0) throw new Error(`${failed} of pgbench's transactions failed`);
  const transactions = number(/number of transactions actually processed: (\d+)/);
  const perSecond = number(/tps = ([\d.]+)/);
  if (!(transactions >= 0 && perSecond >= 0)) throw new Error(`pgbench said: ${output}`);
  return { transactions, perSecond };
}

/** What stands for one parameter of a prepared statement. */
export type Given =
  | { readonly kind: "value"; readonly value: unknown }
  /** SQL, in which pgbench's variables may stand. */
  | { readonly kind: "sql"; readonly text: string };

/**
 * Writes a statement with `$1`, `$2`, … as a script. Values become variables, which pgbench sends as
 * parameters, so that the server does the same work as for the statement's own caller; what cannot
 * be a variable, null and the empty text, is written out.
 */
export function scriptOf(statement: string, given: readonly Given[]): Script {
  const variables: Record<string, string> = {};
  const text = statement.replace(/\$(\d+)/g, (_, number: string) => {
    const one = given[Number(number) - 1];
    if (!one) throw new Error(`nothing is given for $${number}`);
    if (one.kind === "sql") return one.text;
    if (one.value === null || one.value === undefined) return "null";
    const value = textOf(one.value);
    if (value === "") return "''";
    variables[`p${number}`] = value;
    return `:p${number}`;
  });
  return { text, variables };
}

/** As Postgres reads it. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  return value instanceof Date ? value.toISOString() : String(value);
}
