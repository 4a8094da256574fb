import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { type Account, giveTo } from "./unprivileged.ts";

/** The data directory, made when missing. A half-made one never counts: it is renamed when whole. */
export async function dataDirectory(
  directory: string,
  binaries: PostgresBinaries,
  account: Account,
): Promise<string> {
  const data = join(directory, "data");
  if (!existsSync(data)) await initialise(binaries, directory, account);

  const major = Number(readFileSync(join(data, "PG_VERSION"), "utf8"));
  if (major !== binaries.major) {
    throw new Error(
      `${data} was made by Postgres ${major}, but ${binaries.source} is Postgres ${binaries.major}: ` +
        `install Postgres ${major}, or remove ${directory} to begin anew`,
    );
  }
  giveTo(data, account.owner);
  return data;
}

async function initialise(
  binaries: PostgresBinaries,
  directory: string,
  account: Account,
): Promise<void> {
  for (const entry of readdirSync(directory)) {
    if (entry.startsWith("data.new")) rmSync(join(directory, entry), { recursive: true });
  }
  const fresh = join(directory, "data.new");
  mkdirSync(fresh, { mode: 0o700 });
  giveTo(fresh, account.owner);

  const passwordFile = join(directory, "password");
  giveTo(passwordFile, account.owner);

  const initdb = Bun.spawn(
    [
      ...account.prefix,
      ...[join(binaries.directory, "initdb"), "--pgdata", fresh, "--username", "postgres"],
      ...[
        "--auth",
        "scram-sha-256",
        "--pwfile",
        passwordFile,
        "--encoding",
        "UTF8",
        "--locale",
        "C",
      ],
      // Nothing is in it yet that a power cut could take; the first checkpoint syncs what follows.
      "--no-sync",
    ],
    {
      cwd: "/",
      env: environment(),
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      ...account.runAs,
    },
  );
  const [exitCode, errors] = await Promise.all([initdb.exited, new Response(initdb.stderr).text()]);
  if (exitCode !== 0) throw new Error(`initdb failed (exit code ${exitCode}): ${errors.trim()}`);
  renameSync(fresh, join(directory, "data"));
}

/**
 * The superuser's password, drawn at the first start: any user of this machine can reach 127.0.0.1,
 * and a superuser of Postgres can run programs.
 */
export function passwordOf(directory: string): string {
  const file = join(directory, "password");
  if (!existsSync(file)) writeFileSync(file, crypto.randomUUID(), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}

/** For programs of Postgres: without the engineer's own PG* variables, which would change them. */
export function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(own), LC_ALL: "C", TZ: "UTC" };
}
