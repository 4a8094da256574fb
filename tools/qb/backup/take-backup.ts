import { withBroker } from "../broker.ts";
import { takeCut } from "./cut.ts";
import { dumpDatabase } from "./dump-database.ts";
import { type Manifest, newBackupFolder, type StoredStream, writeManifest } from "./manifest.ts";
import { positionsOf, streamsToKeep } from "./positions.ts";
import type { ServiceDatabase } from "./service-databases.ts";
import { snapshotStream } from "./snapshot-stream.ts";

export interface BackupOptions {
  readonly databases: readonly ServiceDatabase[];
  readonly natsUrl: string;
  /** To be made, or empty. */
  readonly folder: string;
  readonly onProgress: (text: string) => void;
}

/**
 * Backs up a running system: each stream with its durables, and then every database as of one moment.
 * The streams go first, so that they know nothing that the databases do not: what they lack is in the
 * outboxes, and the relays send it again.
 */
export async function takeBackup({
  databases,
  natsUrl,
  folder,
  onProgress,
}: BackupOptions): Promise<Manifest> {
  const startedAt = new Date().toISOString();
  await newBackupFolder(folder);
  return withBroker(natsUrl, async (nc) => {
    const declared = streamsToKeep(databases.map(({ service }) => service));
    const streams: StoredStream[] = [];
    for (const { name } of declared) {
      onProgress(`stream ${name}`);
      const stored = await snapshotStream(nc, name, folder);
      if (stored) streams.push(stored);
    }
    const streamsAt = new Date().toISOString();

    onProgress("one moment of all databases");
    await using cut = await takeCut(databases, () => positionsOf(nc, declared));
    const dumped: Manifest["databases"] = [];
    for (const reader of cut.readers) {
      const onTable = (table: string) => onProgress(`${table} of ${reader.service}`);
      dumped.push(await dumpDatabase(reader, folder, onTable));
    }
    const manifest: Manifest = {
      format: 1,
      startedAt,
      streamsAt,
      cutAt: cut.at.toISOString(),
      databases: dumped,
      positions: [...cut.positions],
      streams,
    };
    await writeManifest(folder, manifest);
    return manifest;
  });
}
