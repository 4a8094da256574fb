import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { lockWithin } from "./infrastructure/lock.ts";

/**
 * The entry of every script in package.json. It imports no package, because it runs before any is
 * installed: it installs what is missing, then runs the script's module from the repository's root.
 */

const ROOT = resolve(import.meta.dir, "../..");
const MODULES: Readonly<Record<string, string>> = {
  dev: "tools/dev/dev.ts",
  test: "tools/dev/run-tests.ts",
  qb: "tools/qb/main.ts",
  generate: "tools/dev/generate.ts",
  compile: "tools/dev/compile.ts",
  sbom: "tools/dev/sbom.ts",
  simulate: "tests/simulation/main.ts",
  faults: "tests/faults/main.ts",
  bench: "tests/bench/main.ts",
  experiment: "tests/faults/experiments/main.ts",
  "planted-bugs": "tests/planted-bugs/main.ts",
  watched: "tests/watching/main.ts",
};
const INSTALL_DEADLINE_MS = 600_000;

if (import.meta.main) process.exit(await boot(process.argv.slice(2)));

async function boot([name = "", ...args]: string[]): Promise<number> {
  const module = MODULES[name];
  if (!module) {
    console.error(`usage: bun tools/dev/boot.ts ${Object.keys(MODULES).join("|")} [arguments]`);
    return 2;
  }
  const refusal = versionRefusal();
  if (refusal) {
    console.error(refusal);
    return 1;
  }
  const installed = await installWhenNeeded();
  return installed === 0 ? run([join(ROOT, module), ...args]) : installed;
}

function versionRefusal(): string | undefined {
  const { engines }: { engines: { bun: string } } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  if (Bun.semver.satisfies(Bun.version, engines.bun)) return undefined;
  const version = engines.bun.replace(/[^\d.]/g, "");
  const command = process.env.npm_lifecycle_event ?? "dev";
  return (
    `This repository needs Bun ${engines.bun}, and this is Bun ${Bun.version}.\n` +
    `Run \`bun upgrade\`, or without installing anything: npx -y bun@${version} run ${command}`
  );
}

/** Runs `bun install` when something that decides its result changed since the last one. */
async function installWhenNeeded(): Promise<number> {
  const stamp = join(ROOT, "node_modules/.installed");
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, "utf8") === wantedInstall();
  if (isCurrent()) return 0;

  mkdirSync(join(ROOT, ".quickbite"), { recursive: true });
  const lock = await lockWithin(join(ROOT, ".quickbite/install.lock"), INSTALL_DEADLINE_MS);
  try {
    if (isCurrent()) return 0;
    console.error("Installing dependencies …");
    const code = await run(["install", "--frozen-lockfile"]);
    if (code === 0) writeFileSync(stamp, wantedInstall());
    else console.error("`bun install --frozen-lockfile` failed; nothing was started.");
    return code;
  } finally {
    lock.release();
  }
}

/** Changes when the lock file, a patch, any workspace's package.json, Bun or the kind of machine does. */
function wantedInstall(): string {
  const hash = new Bun.CryptoHasher("sha256");
  hash.update(`${Bun.version} ${process.platform} ${process.arch}\n`);
  for (const file of ["bun.lock", "package.json", ...patches(), ...workspacePackages()]) {
    hash.update(`${file}\n`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest("hex");
}

/** The lock file does not tell one text of a patch from another. */
function patches(): string[] {
  const { patchedDependencies = {} }: { patchedDependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  return Object.values(patchedDependencies).sort();
}

function workspacePackages(): string[] {
  const { workspaces }: { workspaces: string[] } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  return workspaces
    .flatMap((pattern) => {
      if (!pattern.endsWith("/*")) return [pattern];
      const parent = pattern.slice(0, -2);
      return readdirSync(join(ROOT, parent)).map((child) => `${parent}/${child}`);
    })
    .map((directory) => `${directory}/package.json`)
    .filter((file) => existsSync(join(ROOT, file)))
    .sort();
}

/** Runs Bun itself, which need not be on PATH, and hands its signals and exit code through. */
async function run(args: readonly string[]): Promise<number> {
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: ROOT,
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  // A terminal sends Ctrl-C to both; the child decides when it has finished.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  const code = await child.exited;
  return child.signalCode ? 1 : code;
}
