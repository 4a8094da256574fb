import { existsSync } from "node:fs";
import { cacheDirectories, newestCached } from "./binary-cache.ts";
import { type ContainerImage, containerImage } from "./container.ts";
import { fetchFromApt } from "./nats-from-apt.ts";
import { fetchRelease } from "./nats-release.ts";
import { NotOffered, type Way } from "./ways.ts";

/** A nats-server that runs here and is new enough. */
export interface NatsBinary {
  readonly path: string;
  readonly version: string;
  readonly source: string;
}

/** What startNats runs. */
export type NatsProgram = NatsBinary | ContainerImage;

export const NATS_VERSION_MIN = "2.12.0";

/** What to do when no way works. */
export const NATS_ADVICE =
  `Install nats-server ${NATS_VERSION_MIN} or newer (https://github.com/nats-io/nats-server/releases, ` +
  "brew install nats-server) and put it on PATH or in NATS_SERVER_BIN, or set NATS_URL to a server you run.";

/** Everywhere a nats-server may be or come from; the cheap ways first. */
export const natsWays: readonly Way<NatsProgram>[] = [
  { name: "NATS_SERVER_BIN", find: async () => fromEnvironment() },
  { name: "PATH", find: async () => onPath() },
  { name: "cached copy", find: async () => cached() },
  {
    name: "official release",
    find: async (report) => inspect(await fetchRelease(report), "official release"),
  },
  {
    name: "Debian package",
    find: async (report) => inspect(await fetchFromApt(report), "Debian package"),
  },
  { name: "Docker", find: async () => containerImage("nats:2.14") },
];

function fromEnvironment(): NatsBinary {
  const path = process.env.NATS_SERVER_BIN;
  if (!path) throw new NotOffered("not set");
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  return inspect(path, "NATS_SERVER_BIN");
}

function onPath(): NatsBinary {
  const path = Bun.which("nats-server");
  if (!path) throw new NotOffered("no nats-server on PATH");
  return inspect(path, "PATH");
}

function cached(): NatsBinary {
  const path = newestCached("nats-server");
  if (!path) throw new NotOffered(`none in ${cacheDirectories().join(" or ")}`);
  return inspect(path, "cached copy");
}

/** The binary with its version, when it runs on this machine and is new enough. */
export function inspect(path: string, source: string): NatsBinary {
  const run = Bun.spawnSync([path, "--version"], { stdin: "ignore" });
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(run.stdout.toString())?.[1];
  if (run.exitCode !== 0 || !version) {
    throw new Error(
      `${path} does not run here: ${run.stderr.toString().trim() || `exit code ${run.exitCode}`}`,
    );
  }
  if (Bun.semver.order(version, NATS_VERSION_MIN) < 0) {
    throw new Error(`${path} is ${version}, needed is ${NATS_VERSION_MIN} or newer`);
  }
  return { path, version, source };
}
