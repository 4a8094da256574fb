import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { inScratch, keep, newestCached } from "./binary-cache.ts";
import { NotOffered, type Reporter } from "./ways.ts";

/** Where a distribution keeps its newest packages, and the key that signs them. */
interface Distribution {
  readonly suite: string;
  readonly component: string;
  readonly keyring: string;
}

const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  debian: {
    suite: "sid",
    component: "main",
    keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
  },
  ubuntu: {
    suite: "devel",
    component: "universe",
    keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
  },
};

const APT_DEADLINE_MS = 120_000;
const PROGRESS_EVERY_MS = 200;

/**
 * Fetches the newest nats-server package through apt's own mirror and signed index, and unpacks it
 * without installing anything. All of apt's state stays in a scratch directory, so that it needs no
 * root and the system's apt never notices.
 */
export async function fetchFromApt(report: Reporter): Promise<string> {
  const distribution = thisDistribution();
  return inScratch(async (scratch) => {
    const fetchedMeanwhile = newestCached("nats-server");
    if (fetchedMeanwhile) return fetchedMeanwhile;

    const configuration = await privateConfiguration(scratch, distribution);
    const apt = (...args: string[]) =>
      run(["apt-get", "-c", configuration, "-qq", ...args], scratch);
    const stopShowing = showGrowth(scratch, report);
    try {
      await apt("update");
      await apt("download", "nats-server");
    } finally {
      stopShowing();
    }
    const archive = readdirSync(scratch).find((name) => name.endsWith(".deb"));
    if (!archive) throw new Error("apt-get download left no package behind");
    await run(["dpkg", "-x", archive, "package"], scratch);
    return keep(join(scratch, "package/usr/sbin/nats-server"), "nats-server", versionOf(archive));
  });
}

function thisDistribution(): Distribution {
  if (!Bun.which("apt-get") || !Bun.which("dpkg")) throw new NotOffered("no apt on this system");
  const release = readFileSync("/etc/os-release", "utf8");
  const id = /^ID="?([^"\n]*)/m.exec(release)?.[1] ?? "unknown";
  const distribution = DISTRIBUTIONS[id];
  if (!distribution) throw new NotOffered(`no package source is known for ${id}`);
  return distribution;
}

/** apt's own settings (proxies, certificates), but other sources, other state and no hooks. */
async function privateConfiguration(scratch: string, from: Distribution): Promise<string> {
  const inside = (path: string) => {
    mkdirSync(join(scratch, path), { recursive: true });
    return JSON.stringify(join(scratch, path));
  };
  inside("lists/partial");
  inside("cache/archives/partial");
  writeFileSync(join(scratch, "status"), "");
  const sources = inside("sources");
  writeFileSync(
    join(scratch, "sources/newest.sources"),
    `Types: deb\nURIs: ${await mirror()}\nSuites: ${from.suite}\nComponents: ${from.component}\nSigned-By: ${from.keyring}\n`,
  );
  const file = join(scratch, "apt.conf");
  writeFileSync(
    file,
    [
      "#clear APT::Update::Pre-Invoke;",
      "#clear APT::Update::Post-Invoke;",
      "#clear APT::Update::Post-Invoke-Success;",
      `Dir::Etc::sourcelist "/dev/null";`,
      `Dir::Etc::sourceparts ${sources};`,
      `Dir::State::lists ${inside("lists")};`,
      `Dir::State::status ${JSON.stringify(join(scratch, "status"))};`,
      `Dir::Cache ${inside("cache")};`,
      `Debug::NoLocking "1";`,
      `APT::Sandbox::User ${JSON.stringify(userInfo().username)};`,
      `Acquire::Languages "none";`,
      `Acquire::Retries "1";`,
      `Acquire::http::Timeout "10";`,
      `Acquire::https::Timeout "10";`,
      "",
    ].join("\n"),
  );
  return file;
}

/** The mirror from which this system gets its own release's main component. */
async function mirror(): Promise<string> {
  const codename = /^VERSION_CODENAME="?([^"\n]*)/m.exec(
    readFileSync("/etc/os-release", "utf8"),
  )?.[1];
  const listing = await run(
    ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)"],
    "/",
  );
  const rows = listing.split("\n").map((row) => row.split(" "));
  const own = rows.find(([release, component]) => release === codename && component === "main");
  const uri = own?.[2];
  if (!uri)
    throw new Error(`apt's own configuration names no mirror for ${codename ?? "this release"}`);
  return uri;
}

/** `nats-server_2.15.1-1_amd64.deb` → `2.15.1`. */
function versionOf(archive: string): string {
  const version = /_(?:\d+%3a)?(\d+\.\d+\.\d+)/.exec(archive)?.[1];
  if (!version) throw new Error(`cannot read a version from ${archive}`);
  return version;
}

/** Reports what apt has fetched so far; it tells nothing itself when its output is no terminal. */
function showGrowth(scratch: string, report: Reporter): () => void {
  const timer = setInterval(() => {
    const doneBytes = ["lists/partial", "lists", ".", "cache/archives/partial"]
      .flatMap((path) => readdirSync(join(scratch, path)).map((name) => join(scratch, path, name)))
      .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
    report.onProgress({ what: "nats-server from the Debian mirror", doneBytes });
  }, PROGRESS_EVERY_MS);
  return () => clearInterval(timer);
}

async function run(command: string[], cwd: string): Promise<string> {
  const child = Bun.spawn(command, {
    cwd,
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: APT_DEADLINE_MS,
  });
  const [code, output, errors] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  if (code === 0) return output;
  const why = errors.trim().split("\n").at(-1) ?? "";
  throw new Error(`${command[0]} ${command.at(-1)} failed (exit code ${code}): ${why}`);
}
