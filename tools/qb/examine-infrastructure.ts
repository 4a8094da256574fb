import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { planTopology } from "@app/platform/messaging/topology.ts";
import { natsVersionMin, postgresVersionMin } from "@app/platform/server-versions.ts";
import { isSingleExecutable } from "@app/platform/shipped-files.ts";
import postgres from "postgres";
import { hostsOf, withBroker } from "./broker.ts";
import { type Finding, fine, notFine } from "./diagnosis.ts";
import { streamsOf } from "./streams-of.ts";
import { repository, type Targets } from "./targets.ts";

const gibibyte = 1024 ** 3;
const freeGibibytesMin = 2;

/** What a checkout needs: a single executable brings its Bun along, and has no dev run beside it. */
export async function examineCheckout(): Promise<readonly Finding[]> {
  return isSingleExecutable ? [] : [examineBun(), await examineDisk()];
}

function examineBun(): Finding {
  const { engines }: { engines: { bun: string } } = JSON.parse(
    readFileSync(join(repository, "package.json"), "utf8"),
  );
  const found = `${Bun.version}, needs ${engines.bun}`;
  if (Bun.semver.satisfies(Bun.version, engines.bun)) return fine("bun", found);
  return notFine("fail", { about: "bun", found, wayOut: "bun upgrade" });
}

/** The broker's version, and whether its streams are as declared. */
export async function examineBroker(targets: Targets): Promise<Finding[]> {
  try {
    return await withBroker(targets.natsUrl, async (connection) => {
      const version = connection.info?.version ?? "unknown";
      const changes = await planTopology(connection, streamsOf(targets));
      const isNew = Bun.semver.satisfies(version, `>=${natsVersionMin}`);
      const names = changes.map(({ action, name }) => `${action} ${name}`).join(", ");
      return [
        isNew
          ? fine("nats-server", version)
          : notFine("fail", {
              about: "nats-server",
              found: `${version}, needs ${natsVersionMin}`,
              wayOut: "install a newer nats-server",
            }),
        changes.length === 0
          ? fine("topology", "as declared")
          : notFine("warn", {
              about: "topology",
              found: `differs: ${names}`,
              wayOut: "qb topology plan",
            }),
      ];
    });
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const wayOut = "bun run dev, or qb --nats-url URL doctor";
    return [notFine("fail", { about: "nats-server", found, wayOut })];
  }
}

export async function examinePostgres(databaseUrl: string | undefined): Promise<Finding> {
  const about = "postgres";
  if (databaseUrl === undefined)
    return fine(about, "not looked at: only its services know where it is (DATABASE_URL tells qb)");
  const client = postgres(databaseUrl, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  try {
    const [row] = await client<{ server_version: string }[]>`show server_version`;
    const found = row?.server_version ?? "unknown";
    if (Number.parseInt(found, 10) >= postgresVersionMin) return fine(about, found);
    const wayOut = `use Postgres ${postgresVersionMin} or newer`;
    return notFine("fail", { about, found: `${found}, needs ${postgresVersionMin}`, wayOut });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${error.code})` : "";
    const found = `does not answer at ${hostsOf(databaseUrl)}${code}`;
    return notFine("fail", { about, found, wayOut: "bun run dev, or look at DATABASE_URL" });
  } finally {
    await client.end({ timeout: 1 });
  }
}

/** A full disk shows first in a broker that takes no more messages. */
async function examineDisk(): Promise<Finding> {
  const directory = join(repository, ".quickbite");
  const about = "disk";
  const { bavail, bsize } = await statfs(existsSync(directory) ? directory : repository);
  const free = (bavail * bsize) / gibibyte;
  const found = `${free.toFixed(1)} GiB free for .quickbite`;
  if (free >= freeGibibytesMin) return fine(about, found);
  const wayOut = "make room, or wipe the dev run's data: bun run dev --fresh";
  return notFine("warn", { about, found, wayOut });
}
