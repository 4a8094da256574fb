import type { Clock } from "./clock.ts";
import { topologyUser } from "./messaging/broker-user.ts";
import { openJetStream } from "./messaging/jetstream-broker.ts";
import type { MessagingSettings } from "./messaging/settings.ts";
import { applyTopology, type StreamTopology, topologyOf } from "./messaging/topology.ts";
import { migrate, migrationsOf } from "./migrate.ts";

export interface MigrateCommand {
  /** Names the folder of its migrations too. */
  readonly service: string;
  readonly settings: MessagingSettings;
  readonly topology: readonly StreamTopology[];
  readonly clock: Clock;
}

const BROKER_LIMIT_MS = 60_000;

/**
 * What a deployment runs once before its services: the tables of one service's database, by their
 * owner's role, and the streams it needs. Repeating it, or running it twice at once, changes nothing.
 */
export async function runMigrateCommand(command: MigrateCommand): Promise<void> {
  const { service, settings, topology, clock } = command;
  const databaseUrl = settings.DATABASE_MIGRATE_URL ?? settings.DATABASE_URL;
  const applied = await migrate(databaseUrl, migrationsOf(service));
  for (const name of applied) console.log(`applied migration ${name}`);

  const broker = openJetStream({
    servers: settings.NATS_URL,
    name: `${service} migrate`,
    user: { name: topologyUser, seed: settings.NATS_NKEY_SEED },
    clock,
  });
  try {
    const connection = await broker.connection(BROKER_LIMIT_MS);
    const options = { replicas: settings.STREAM_REPLICAS };
    const changes = await applyTopology(connection, topologyOf(service, topology), options);
    for (const { action, kind, name } of changes) console.log(`${action} ${kind} ${name}`);
    if (applied.length + changes.length === 0) console.log("nothing to change");
  } finally {
    await broker.close();
  }
}
