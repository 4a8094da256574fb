import type { NatsConnection } from "nats";
import { withBroker } from "../broker.ts";
import { Failure } from "../failure.ts";
import { cutStream, removeStream } from "./cut-stream.ts";
import { loadDatabase } from "./load-database.ts";
import { lostMessages } from "./lost-messages.ts";
import type { Manifest } from "./manifest.ts";
import { streamsToKeep } from "./positions.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { restoreStream } from "./restore-stream.ts";
import { databaseVariable, type ServiceDatabase } from "./service-databases.ts";

/** What a restore did. */
export interface Restored {
  readonly databases: readonly { readonly service: string; readonly rows: number }[];
  readonly streams: readonly { readonly name: string; readonly messages: number }[];
  /** Messages taken out of streams that were ahead of the databases. */
  readonly lost: number;
}

/**
 * Does what was planned: the streams first, then what they know more than the databases, then the
 * databases. Interrupted anywhere it can be repeated.
 */
export function restoreBackup(
  plan: RestorePlan,
  natsUrl: string,
  onProgress: (text: string) => void,
): Promise<Restored> {
  return withBroker(natsUrl, async (nc) => {
    const streams = await restoreStreams(nc, plan, onProgress);
    const lost = plan.cuts ? await cutStreams(nc, plan.databases.manifest, plan, onProgress) : 0;
    const databases = await restoreDatabases(plan, onProgress);
    return { databases, streams, lost };
  });
}

async function restoreStreams(
  nc: NatsConnection,
  { streams, replicas }: RestorePlan,
  onProgress: (text: string) => void,
): Promise<Restored["streams"]> {
  if (!streams) return [];
  const { folder, manifest } = streams;
  const stored = new Map(manifest.streams.map((stream) => [stream.name, stream]));
  for (const { name } of streamsToKeep(manifest.databases.map(({ service }) => service))) {
    onProgress(`stream ${name}`);
    const stream = stored.get(name);
    if (stream) await restoreStream(nc, stream, { folder, replicas });
    else await removeStream(nc, name);
  }
  return manifest.streams.map(({ name, messages }) => ({ name, messages }));
}

async function cutStreams(
  nc: NatsConnection,
  { positions, databases }: Manifest,
  { lostFile }: RestorePlan,
  onProgress: (text: string) => void,
): Promise<number> {
  await using lost = lostMessages(lostFile);
  const known = new Map(positions.map((position) => [position.stream, position]));
  let count = 0;
  for (const { name } of streamsToKeep(databases.map(({ service }) => service))) {
    onProgress(`what ${name} has and the databases had not`);
    const position = known.get(name);
    if (position) count += await cutStream(nc, position, (found) => lost.add(name, found));
    else await removeStream(nc, name);
  }
  return count;
}

async function restoreDatabases(
  { databases, targets, skipIds, replacesDatabases }: RestorePlan,
  onProgress: (text: string) => void,
): Promise<Restored["databases"]> {
  if (!replacesDatabases) return [];
  const { folder, manifest } = databases;
  const restored: { service: string; rows: number }[] = [];
  for (const stored of manifest.databases) {
    const { service, tables } = stored;
    const onTable = (table: string) => onProgress(`${table} of ${service}`);
    await loadDatabase(targetOf(targets, service), stored, { folder, skipIds, onTable });
    restored.push({ service, rows: tables.reduce((sum, { rows }) => sum + rows, 0) });
  }
  return restored;
}

/** Where a service's database is to be restored. */
export function targetOf(
  targets: readonly ServiceDatabase[],
  service: ServiceDatabase["service"],
): ServiceDatabase {
  const target = targets.find((known) => known.service === service);
  if (target) return target;
  throw new Failure("usage", `nobody said where the database of ${service} is`, {
    next: `${databaseVariable(service)}=postgres://…`,
  });
}
