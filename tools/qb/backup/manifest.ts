import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "../failure.ts";
import { type ServiceName, serviceNames } from "../targets.ts";

const manifestFile = "manifest.json";

/** They become part of statements, and so may hold nothing else. */
const name = z.string().regex(/^\w+$/);
const streamName = z.string().regex(/^[\w-]+$/);

const stored = {
  file: z.string().regex(/^[\w-]+(?:\/[\w-]+)*(?:\.[\w-]+)*$/),
  bytes: z.int().nonnegative(),
  sha256: z.string().length(64),
};

/** How far a stream and its durables had come when the databases were held. */
export const StreamPosition = z.object({
  stream: streamName,
  lastSequence: z.int().nonnegative(),
  /** The last message that was there: what shows that a stream is still that one. */
  witness: z.object({ sequence: z.int().positive(), id: z.string() }).nullable(),
  durables: z.array(z.object({ name: streamName, ackFloor: z.int().nonnegative() })),
});
export type StreamPosition = z.infer<typeof StreamPosition>;

const StoredTable = z.object({
  ...stored,
  name,
  columns: z.array(name),
  rows: z.int().nonnegative(),
});

const StoredDatabase = z.object({
  service: z.enum(serviceNames as readonly [ServiceName, ...ServiceName[]]),
  /** Those that had been applied: the tables are made by them again. */
  migrations: z.array(z.object({ name: z.string(), hash: z.string() })),
  tables: z.array(StoredTable),
  /** The last number each has given; null before the first. */
  sequences: z.array(z.object({ name, last: z.string().regex(/^\d+$/).nullable() })),
});
export type StoredDatabase = z.infer<typeof StoredDatabase>;

const StoredStream = z.object({
  ...stored,
  name: streamName,
  config: z.record(z.string(), z.unknown()),
  state: z.record(z.string(), z.unknown()),
  messages: z.int().nonnegative(),
});
export type StoredStream = z.infer<typeof StoredStream>;

/** What a backup holds. It is written last: a folder without it is a backup that did not end. */
export const Manifest = z.object({
  format: z.literal(1),
  startedAt: z.iso.datetime(),
  /** When the last of the streams had been read: none holds anything younger. */
  streamsAt: z.iso.datetime(),
  /** The one moment of which all databases are. */
  cutAt: z.iso.datetime(),
  databases: z.array(StoredDatabase),
  positions: z.array(StreamPosition),
  streams: z.array(StoredStream),
});
export type Manifest = z.infer<typeof Manifest>;

/** Makes the folder of a new backup. Refuses one that holds anything. */
export async function newBackupFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = await readdir(folder);
  if (names.length === 0) return;
  const what = names.includes(manifestFile)
    ? "a backup"
    : "files, perhaps of a backup that did not end";
  throw new Failure("refused", `${folder} already holds ${what}`, { next: "name another folder" });
}

/** From now on it is a backup. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const unfinished = join(folder, `${manifestFile}.unfinished`);
  const written = await open(unfinished, "w", 0o600);
  await written.writeFile(`${JSON.stringify(Manifest.parse(manifest), null, 2)}\n`);
  await written.sync();
  await written.close();
  await rename(unfinished, join(folder, manifestFile));
}

export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, manifestFile);
  if (!existsSync(folder)) throw new Failure("usage", `there is no folder ${folder}`);
  if (!existsSync(path)) {
    throw new Failure(
      "refused",
      `${folder} is no backup, or one that did not end: it has no ${manifestFile}, which is written last`,
      { next: "restore another backup" },
    );
  }
  const parsed = Manifest.safeParse(parseJson(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Failure("refused", `${path} is not the manifest of a backup that this release knows`, {
    cause: parsed.error,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No manifest, whatever else it is.
  }
}
