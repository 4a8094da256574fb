import { createHash } from "node:crypto";

/** Chance as the core sees it, so that a simulation can replay it from a seed. */
export interface Random {
  /** A UUIDv7: unique, and later ones sort behind earlier ones of the same process. */
  uuidV7(): string;
  /** A number in [0, 1). */
  fraction(): number;
}

export const systemRandom: Random = {
  uuidV7: () => Bun.randomUUIDv7(),
  fraction: () => Math.random(),
};

/** A delay between the half and the whole of `delayMs`, so that those who failed together do not return together. */
export function jittered(delayMs: number, random: Random): number {
  return delayMs * (0.5 + random.fraction() / 2);
}

/**
 * The UUIDv5 of a name (RFC 9562, section 5.5): the same namespace and name give
 * the same id everywhere, so repeating a step cannot invent a second one.
 */
export function uuidV5(namespace: string, name: string): string {
  const bytes = createHash("sha1")
    .update(bytesOf(namespace))
    .update(name, "utf8")
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function bytesOf(uuid: string): Buffer {
  if (!UUID.test(uuid)) throw new TypeError("a namespace must be a uuid");
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}
