import { and, eq } from "drizzle-orm";
import { Refusal } from "../errors.ts";
import type { Database } from "../postgres.ts";
import { appendToAudit } from "./audit.ts";
import type { ConsumerOptions } from "./consumer.ts";
import { handleFound } from "./handle-alone.ts";
import { readHeaders } from "./incoming.ts";
import { differences } from "./reconcile-tables.ts";

/** Which missing message a person wants handled, and why. */
export interface TakeIn {
  readonly sequence: number;
  readonly actor: string;
  readonly reason: string;
}

export interface TakenIn {
  readonly consumer: string;
  readonly sequence: number;
  /** `failed` when its handler threw: the attempt counts, and it may be taken in again. */
  readonly outcome: "taken_in" | "failed";
}

/**
 * Handles a message that was acknowledged and left no trace, from the stream, as if it were delivered
 * now: its lane still decides whether it runs, waits or is a duplicate. For a person to ask for,
 * because where the lane itself was lost its effect may be there already. It runs a handler without
 * a mark: to be called while no other handler runs under one.
 */
export async function takeIn<S>(
  options: ConsumerOptions<S>,
  db: Database,
  { sequence, actor, reason }: TakeIn,
): Promise<TakenIn> {
  const { stream, broker, store, order } = options;
  const { consumer } = store;
  const [missed] = await db.q
    .select({ eventId: differences.eventId })
    .from(differences)
    .where(
      and(
        eq(differences.kind, "received"),
        eq(differences.stream, stream),
        eq(differences.consumer, consumer),
        eq(differences.sequence, sequence),
        eq(differences.confirmed, true),
      ),
    );
  if (!missed) {
    const text = `${consumer} misses no message at ${sequence} of ${stream}`;
    throw new Refusal("not_found", "difference_not_found", text);
  }
  const message = await broker.messageAt(stream, sequence);
  if (!message) {
    const text = `${stream} no longer holds the message at ${sequence}`;
    throw new Refusal("conflict", "message_gone", text);
  }

  const { eventId, lane } = readHeaders(message);
  if (eventId !== missed.eventId) {
    const text = `another message stands at ${sequence} of ${stream}: it went back, and the reconciler starts anew`;
    throw new Refusal("conflict", "message_replaced", text);
  }
  await appendToAudit(db.q, {
    actor,
    action: "take in",
    target: `message/${stream}/${sequence}`,
    detail: { consumer, eventId, reason },
  });
  await handleFound(options, message);
  const settled = await store.settled([{ eventId, lane: order === "key" ? lane : undefined }]);
  return { consumer, sequence, outcome: settled.size > 0 ? "taken_in" : "failed" };
}
