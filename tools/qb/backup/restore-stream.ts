import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { NatsConnection } from "nats";
import { z } from "zod";
import { Failure } from "../failure.ts";
import { askJetStream, streamInfo } from "./jetstream-api.ts";
import type { StoredStream } from "./manifest.ts";

const Begun = z.object({ deliver_subject: z.string() });
const Refused = z.object({ error: z.object({ description: z.string() }) });

/** As many bytes as a server takes in one message at least. */
const chunkBytes = 128 * 1024;
const chunkWithinMs = 30_000;
/** The broker reads all of it again before it answers the end. */
const endWithinMs = 600_000;

export interface RestoreStreamOptions {
  readonly folder: string;
  /** Copies of each message, where the cluster is not as large as it was. */
  readonly replicas: number | undefined;
}

/** Makes a stream as it was packed, durables included, in the place of one of that name. */
export async function restoreStream(
  nc: NatsConnection,
  { name, config, state, file }: StoredStream,
  { folder, replicas }: RestoreStreamOptions,
): Promise<void> {
  if (await streamInfo(nc, name)) await askJetStream(nc, `STREAM.DELETE.${name}`, z.unknown());
  const wanted = { ...config, ...(replicas === undefined ? {} : { num_replicas: replicas }) };
  const asked = { config: wanted, state };
  const { deliver_subject } = await askJetStream(nc, `STREAM.RESTORE.${name}`, Begun, asked);

  const send = async (chunk: Uint8Array, timeout: number) => {
    const answer = await nc.request(deliver_subject, chunk, { timeout });
    if (answer.data.length === 0) return;
    const refused = Refused.safeParse(answer.json());
    if (!refused.success) return;
    const { description } = refused.data.error;
    throw new Failure("failed", `the broker did not take ${name}: ${description}`, {
      next: "qb restore DIR --replace again, once its disk has room",
    });
  };
  for await (const chunk of createReadStream(join(folder, file), { highWaterMark: chunkBytes }))
    await send(chunk, chunkWithinMs);
  await send(new Uint8Array(), endWithinMs);
}
