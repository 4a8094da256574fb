import { withBroker } from "../broker.ts";
import { Failure } from "../failure.ts";
import { serviceNames } from "../targets.ts";
import { streamInfo } from "./jetstream-api.ts";
import { checkMigrations, stateOf } from "./load-database.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { streamsToKeep } from "./positions.ts";
import { targetOf } from "./restore-backup.ts";
import type { ServiceDatabase } from "./service-databases.ts";
import { checkFile } from "./stored-file.ts";

/** A backup that was read and found whole. */
export interface Source {
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface RestoreWish {
  readonly folder: string;
  /** Another backup, to take the streams from. */
  readonly streamsFolder: string | undefined;
  readonly only: "databases" | "streams" | undefined;
  readonly skipIds: bigint | undefined;
  readonly replicas: number | undefined;
  readonly lostFile: string;
}

/** What a restore will do, all of it checked and nothing done. */
export interface RestorePlan extends Pick<RestoreWish, "replicas" | "lostFile"> {
  readonly databases: Source;
  readonly replacesDatabases: boolean;
  /** Undefined where the broker's own stay. */
  readonly streams: Source | undefined;
  /** The streams may know more than the databases will: they are taken back to them. */
  readonly cuts: boolean;
  readonly targets: readonly ServiceDatabase[];
  readonly skipIds: bigint;
  /** What is there and would be replaced, in words. */
  readonly replaced: readonly string[];
  readonly warnings: readonly string[];
}

/** Above what one database has ever been measured to give out. */
const idsPerSecond = 10_000n;
/** For what processes had drawn and not given yet. */
const idsMargin = 1_000_000n;
/** `OUTBOX_KEEP`, unless it was set higher. */
const outboxKeptMs = 48 * 3_600_000;

/** Where it is restored to. */
export interface RestoredSystem {
  readonly targets: readonly ServiceDatabase[];
  readonly natsUrl: string;
  /** Services that were just stopped may not be gone yet: how long to wait for that; 5 s unless told. */
  readonly quietWithinMs?: number;
}

/** Reads and checks all that is to be restored and all that it is restored to. */
export async function planRestore(
  wish: RestoreWish,
  system: RestoredSystem,
  onProgress: (text: string) => void,
): Promise<RestorePlan> {
  const { folder, streamsFolder = folder, only, replicas, lostFile } = wish;
  const databases = { folder, manifest: await readManifest(folder) };
  const streams =
    only === "databases"
      ? undefined
      : { folder: streamsFolder, manifest: await readManifest(streamsFolder) };
  const replacesDatabases = only !== "streams";
  const cutMs = Date.parse(databases.manifest.cutAt);
  const behindMs = streams ? cutMs - Date.parse(streams.manifest.streamsAt) : 0;
  const plan = {
    ...{ databases, streams, replacesDatabases, replicas, lostFile, targets: system.targets },
    cuts: replacesDatabases && (streams === undefined || behindMs < 0),
    skipIds: wish.skipIds ?? skipFor(Date.now() - cutMs),
    warnings: [
      ...(behindMs > outboxKeptMs ? [tooOld(behindMs)] : []),
      ...(replacesDatabases ? lackingIn(databases) : []),
    ],
  };
  await checkFiles(plan, onProgress);
  onProgress("what is there");
  return { ...plan, replaced: await replacedBy(plan, system) };
}

/** Ids that were given after the backup are known to people: none of them is given again. */
const skipFor = (ageMs: number): bigint =>
  idsMargin + BigInt(Math.max(0, Math.ceil(ageMs / 1_000))) * idsPerSecond;

const tooOld = (behindMs: number) =>
  `the streams are ${Math.round(behindMs / 3_600_000)} h older than the databases: what EVENTS and BOOKINGS ` +
  "lack of that time, and the outboxes no longer keep, cannot be read from them any more";

/** Services that the backup knows nothing of, which a restore leaves as they are. */
function lackingIn({ manifest }: Source): readonly string[] {
  const lacking = serviceNames.filter(
    (name) => !manifest.databases.some(({ service }) => service === name),
  );
  if (lacking.length === 0) return [];
  return [`the backup has no database of ${lacking.join(", ")}: what is there stays as it is`];
}

type Checked = Omit<RestorePlan, "replaced">;

async function checkFiles(
  { databases, streams, replacesDatabases, targets }: Checked,
  onProgress: (text: string) => void,
): Promise<void> {
  if (replacesDatabases) {
    for (const stored of databases.manifest.databases) {
      targetOf(targets, stored.service);
      checkMigrations(stored);
      onProgress(`checking the files of ${stored.service}`);
      for (const table of stored.tables) await checkFile(databases.folder, table);
    }
  }
  for (const stream of streams?.manifest.streams ?? []) {
    onProgress(`checking the file of ${stream.name}`);
    await checkFile(streams?.folder ?? "", stream);
  }
}

async function replacedBy(
  plan: Checked,
  { natsUrl, quietWithinMs = 5_000 }: RestoredSystem,
): Promise<readonly string[]> {
  const { databases, streams, replacesDatabases, targets } = plan;
  const there: string[] = [];
  for (const { service } of replacesDatabases ? databases.manifest.databases : []) {
    const { sessions, filled } = await quietState(targetOf(targets, service), quietWithinMs);
    if (sessions.length > 0) {
      throw new Failure(
        "refused",
        `the database of ${service} is in use by ${sessions.join(", ")}`,
        { next: "stop the services, and whatever else is connected" },
      );
    }
    if (filled.length > 0) there.push(`the database of ${service}, which holds rows`);
  }
  const known = (streams ?? databases).manifest.databases.map(({ service }) => service);
  const positions = new Map(
    databases.manifest.positions.map(({ stream, lastSequence }) => [stream, lastSequence]),
  );
  await withBroker(natsUrl, async (nc) => {
    for (const { name } of streamsToKeep(known)) {
      const info = await streamInfo(nc, name);
      if (!info) continue;
      const { messages, last_seq } = info.state;
      if (streams && messages > 0) there.push(`the stream ${name} with ${messages} messages`);
      const since = last_seq - (positions.get(name) ?? 0);
      if (!streams && since > 0)
        there.push(`${since} messages that ${name} was given since the backup`);
    }
  });
  return there;
}

async function quietState(database: ServiceDatabase, withinMs: number) {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const state = await stateOf(database);
    if (state.sessions.length === 0 || performance.now() > untilMs) return state;
    await Bun.sleep(200);
  }
}
