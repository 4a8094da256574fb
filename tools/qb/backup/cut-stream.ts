import type { NatsConnection } from "nats";
import { z } from "zod";
import { Failure } from "../failure.ts";
import {
  askJetStream,
  type ConsumerInfo,
  durableInfo,
  messageId,
  type StreamMessage,
  storedMessage,
  streamInfo,
} from "./jetstream-api.ts";
import type { StreamPosition } from "./manifest.ts";

/** Asked of the broker at one time. */
const atOnce = 64;

/**
 * Takes a stream back to where it was when the databases were cut: what was published since is of
 * rows that are no more. Its durables go back with it, because what they acknowledged since had its
 * effect in rows that are no more either. Each message is handed to `lost` before it is removed.
 * Returns how many were.
 */
export async function cutStream(
  nc: NatsConnection,
  position: StreamPosition,
  lost: (messages: readonly StreamMessage[]) => Promise<void>,
): Promise<number> {
  const { stream, lastSequence, durables } = position;
  const info = await streamInfo(nc, stream);
  if (!info) throw anotherStream(stream, "it is gone");
  await checkWitness(nc, position, info.state);
  let removed = 0;
  const first = Math.max(lastSequence + 1, info.state.first_seq);
  for (let from = first; from <= info.state.last_seq; from += atOnce) {
    const count = Math.min(atOnce, info.state.last_seq - from + 1);
    const sequences = Array.from({ length: count }, (_, at) => from + at);
    const found = await Promise.all(sequences.map((seq) => storedMessage(nc, stream, { seq })));
    const there = found.filter((message) => message !== undefined);
    await lost(there);
    const remove = ({ sequence: seq }: StreamMessage) =>
      askJetStream(nc, `STREAM.MSG.DELETE.${stream}`, z.unknown(), { seq, no_erase: true });
    await Promise.all(there.map(remove));
    removed += there.length;
  }
  for (const durable of durables) await takeBack(nc, stream, durable);
  return removed;
}

/** A stream that is not there and was not there is made when services start; one that came since goes. */
export async function removeStream(nc: NatsConnection, stream: string): Promise<void> {
  if (await streamInfo(nc, stream)) await askJetStream(nc, `STREAM.DELETE.${stream}`, z.unknown());
}

/** Sequences mean something only in the stream that gave them. */
async function checkWitness(
  nc: NatsConnection,
  { stream, lastSequence, witness }: StreamPosition,
  state: { readonly first_seq: number; readonly last_seq: number },
): Promise<void> {
  if (state.last_seq < lastSequence)
    throw anotherStream(stream, `it ends at ${state.last_seq}, and ended at ${lastSequence}`);
  // What was there has aged; all that is there came since.
  if (!witness || witness.sequence < state.first_seq) return;
  const found = await storedMessage(nc, stream, { seq: witness.sequence });
  if (found && messageId(found) === witness.id) return;
  throw anotherStream(stream, `it has another message at ${witness.sequence}`);
}

const anotherStream = (stream: string, problem: string) =>
  new Failure(
    "refused",
    `the stream ${stream} is not the one that the databases were backed up with: ${problem}`,
    { next: "restore the streams of the same backup with them" },
  );

async function takeBack(
  nc: NatsConnection,
  stream: string,
  { name, ackFloor }: StreamPosition["durables"][number],
): Promise<void> {
  const info = await durableInfo(nc, stream, name);
  if (!info) return;
  await askJetStream(nc, `CONSUMER.DELETE.${stream}.${name}`, z.unknown());
  await askJetStream(nc, `CONSUMER.CREATE.${stream}.${name}`, z.unknown(), {
    stream_name: stream,
    config: configAfter(info, ackFloor),
    action: "create",
  });
}

function configAfter({ config }: ConsumerInfo, ackFloor: number): object {
  const { opt_start_seq: _, opt_start_time: __, metadata, ...kept } = config;
  const start =
    ackFloor === 0
      ? { deliver_policy: "all" }
      : { deliver_policy: "by_start_sequence", opt_start_seq: ackFloor + 1 };
  // The server writes some of it itself, and takes that from nobody.
  const own = Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith("_nats."));
  return { ...kept, ...start, metadata: Object.fromEntries(own) };
}
