import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Log } from "@app/platform/log.ts";
import { isSingleExecutable, shippedFiles } from "@app/platform/shipped-files.ts";
import { BUILT, BuiltClient } from "./built-client.ts";
import { sourceKey } from "./source-key.ts";

/** A folder with a client that was built, and what is in it. */
export interface PresentClient {
  readonly folder: string;
  readonly built: BuiltClient;
}

const web = resolve(import.meta.dir, "..");
const builds = join(web, "dist");

/** What an image is built with: it is served as it is, and its sources need not be there. */
const release = join(builds, "release");
/** The same in a single executable. */
const embedded = join(shippedFiles, "services/web/dist/executable");

/** Replicas of other versions may still read theirs. */
const KEPT_BUILDS = 4;
const BUILD_LIMIT_MS = 60_000;

/**
 * The client of the present sources: the release of an image, or a build that is made when the sources
 * have changed since the last one. Throws with what the bundler said when they do not compile.
 */
export async function presentClient(log: Log): Promise<PresentClient> {
  if (isSingleExecutable) return read(embedded);
  if (existsSync(release)) return read(release);
  const folder = join(builds, sourceKey(resolve(web, "../..")));
  if (!existsSync(folder)) {
    const startedAt = performance.now();
    await build(folder);
    log.info("client built", { ms: Math.round(performance.now() - startedAt) });
    forgetOldBuilds();
  }
  return read(folder);
}

function read(folder: string): PresentClient {
  const text = readFileSync(join(folder, BUILT), "utf8");
  return { folder, built: BuiltClient.parse(JSON.parse(text)) };
}

/** In a process of its own, because a bundler keeps its memory and a server runs for months. */
async function build(folder: string): Promise<void> {
  const building = Bun.spawn([process.execPath, join(import.meta.dir, "build-client.ts"), folder], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
    timeout: BUILD_LIMIT_MS,
    killSignal: "SIGKILL",
  });
  const said = await new Response(building.stderr).text();
  const code = await building.exited;
  if (code !== 0) throw new Error(`the client does not build (exit code ${code}):\n${said}`);
}

/** Also of what was left unfinished, by when nobody can still be at work on it. */
function forgetOldBuilds(): void {
  const all = readdirSync(builds).map((name) => {
    const path = join(builds, name);
    return { name, path, atMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const whole = all.filter(({ name }) => /^[0-9a-f]{16}$/.test(name));
  const unfinished = all.filter(({ name }) => name.endsWith(".unfinished"));
  const gone = [
    ...whole.sort((a, b) => b.atMs - a.atMs).slice(KEPT_BUILDS),
    ...unfinished.filter(({ atMs }) => Date.now() - atMs > 2 * BUILD_LIMIT_MS),
  ];
  for (const { path } of gone) rmSync(path, { recursive: true, force: true });
}
