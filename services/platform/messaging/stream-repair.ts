import { crashPoint } from "../crash-point.ts";
import type { Broker, ReadOptions, StoredMessage } from "./broker.ts";
import { decodeHeaders } from "./headers.ts";
import type { OutboxStore, SentMessage } from "./outbox-store.ts";
import { ageMaxMs, type PublishedStream, provenAgeMs } from "./published-stream.ts";

/** Sequences compared at a time. */
const repairSlice = 5_000;
/** How far back `isAnyLost` looks. */
const comparedMax = 500;

/** Puts the kept messages that a stream lacks back among the pending ones. Returns how many. */
export async function putBackLost(
  {
    outbox,
    broker,
    held,
  }: { readonly outbox: OutboxStore; readonly broker: Broker; readonly held: () => boolean },
  stream: PublishedStream,
): Promise<number> {
  const { name } = stream;
  const range = await outbox.sentRange(name);
  if (!range) return 0;
  let count = 0;
  for (let { first } = range; first <= range.last && held(); first += repairSlice) {
    const slice = { first, last: Math.min(first + repairSlice - 1, range.last) };
    const kept = await outbox.sentBetween(name, { ...slice, ageMaxMs: ageMaxMs(stream) });
    if (kept.length === 0) continue;
    const lost = await lostAmong(kept, broker, stream);
    count += await outbox.putBack(name, { ...slice, ids: lost.map(({ id }) => id) });
    crashPoint("relay.mid-repair");
  }
  return count;
}

/** Whether a stream lacks any of the last kept messages, or of those that are to be kept as well. */
export async function isAnyLost(
  { outbox, broker }: { readonly outbox: OutboxStore; readonly broker: Broker },
  stream: PublishedStream,
  also: readonly SentMessage[],
): Promise<boolean> {
  const range = { limit: comparedMax, ageMaxMs: provenAgeMs(stream) };
  const kept = await outbox.lastSent(stream.name, range);
  const all = [...kept, ...also].sort((a, b) => a.sequence - b.sequence);
  return (await lostAmong(all, broker, stream)).length > 0;
}

/** The id that a message was published under. */
export const idOf = ({ headers }: Pick<StoredMessage, "headers">): string | undefined =>
  decodeHeaders(headers).get("nats-msg-id");

/** Those of the kept messages, which are in the order of their sequences, that the stream lacks. */
export async function lostAmong(
  kept: readonly SentMessage[],
  broker: Broker,
  { name, subjects, shared }: PublishedStream,
): Promise<readonly SentMessage[]> {
  const [first, last] = [kept[0], kept.at(-1)];
  if (!first || !last) return [];
  const range = { fromSequence: first.sequence, toSequence: last.sequence, headersOnly: true };
  const present = new Map<number, string | undefined>();
  // Of a shared stream only our own subjects are read, or its size would be that of all services.
  const filters: readonly ReadOptions[] = shared ? subjects.map((subject) => ({ subject })) : [{}];
  for (const filter of filters) {
    for await (const { sequence, headers } of broker.read(name, { ...range, ...filter })) {
      present.set(sequence, idOf({ headers }));
    }
  }
  return kept.filter(({ sequence, eventId }) => present.get(sequence) !== eventId);
}
