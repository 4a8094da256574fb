import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../failure.ts";

/** A file of a backup, with what shows whether it is whole. */
export interface StoredFile {
  /** Within the backup's folder. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes a file for its owner alone, and has the disk confirm it. */
export async function storeFile(
  folder: string,
  file: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<StoredFile> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const sum = createHash("sha256");
  let bytes = 0;
  await using written = await open(path, "wx", 0o600);
  for await (const chunk of chunks) {
    sum.update(chunk);
    bytes += chunk.length;
    await written.writeFile(chunk);
  }
  await written.sync();
  return { file, bytes, sha256: sum.digest("hex") };
}

/** Refuses a file that is not what was stored. */
export async function checkFile(folder: string, stored: StoredFile): Promise<void> {
  const sum = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(join(folder, stored.file))) {
      sum.update(chunk);
      bytes += chunk.length;
    }
  } catch (cause) {
    throw new Failure("refused", `${stored.file} of the backup cannot be read`, { cause });
  }
  if (bytes !== stored.bytes || sum.digest("hex") !== stored.sha256) {
    throw new Failure("refused", `${stored.file} is not what was backed up: its sum differs`, {
      next: "restore another backup",
    });
  }
}
