import type {
  DeadLetterView,
  MessagesView,
  ReceivedMessageView,
  SentMessageView,
} from "@app/platform/messaging/ops-views.ts";
import { messageName } from "../message-type.ts";
import type { ServiceName } from "../ops.ts";

/** What one service told of the messages of one key, and the dead letters it has of it. */
export interface Told {
  readonly service: ServiceName;
  readonly view: MessagesView;
  readonly letters: readonly DeadLetterView[];
}

/** Where a stretch of time went. `held` waits for another attempt, for its turn, or for a person. */
export type Part = "outbox" | "broker" | "handler" | "failed" | "held";

export interface Segment {
  readonly part: Part;
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
  /** It has not ended: `to` is now. */
  readonly open: boolean;
}

/** One message on its way from one service to one listener. */
export interface Hop {
  readonly id: string;
  readonly eventId: string;
  readonly key: string;
  readonly version: number;
  /** Such as `OrderCreated`. */
  readonly name: string;
  readonly from: ServiceName | undefined;
  /** Undefined while nobody who listens was seen to have it. */
  readonly to: { readonly service: ServiceName; readonly consumer: string } | undefined;
  readonly stream: string | undefined;
  readonly sequence: number | undefined;
  readonly state: "unsent" | "stored" | ReceivedMessageView["state"];
  readonly segments: readonly Segment[];
  readonly error: string | undefined;
  readonly attempts: number;
  /** When a parked one is tried again; unix milliseconds. */
  readonly retryAt: number | undefined;
  /** Such as `inventory/3`. */
  readonly letter: string | undefined;
}

/** The way of every message, the first stated first. What has not ended lasts until `now`. */
export function hopsOf(told: readonly Told[], now: number): readonly Hop[] {
  const sent = new Map<string, Sent>();
  for (const { service, view } of told) {
    for (const message of view.sent) {
      sent.set(message.eventId, { service, key: view.key, message });
    }
  }
  const heard = told.flatMap(({ service, view, letters }) =>
    view.received.flatMap(({ consumer, stream, messages }) =>
      messages.map((message): Heard => {
        const letter = letters.find(({ id }) => id === message.deadLetterId);
        return { service, consumer, stream, key: view.key, message, letter };
      }),
    ),
  );
  const known = new Set(heard.map(({ message }) => message.eventId));
  const unheard = [...sent.values()].filter(({ message }) => !known.has(message.eventId));
  return [
    ...heard.map((each) => heardHop(each, sent.get(each.message.eventId), now)),
    ...unheard.map((each) => unheardHop(each, now)),
  ].toSorted((a, b) => startOf(a) - startOf(b) || a.id.localeCompare(b.id));
}

interface Sent {
  readonly service: ServiceName;
  readonly key: string;
  readonly message: SentMessageView;
}

interface Heard {
  readonly service: ServiceName;
  readonly consumer: string;
  readonly stream: string;
  readonly key: string;
  readonly message: ReceivedMessageView;
  readonly letter: DeadLetterView | undefined;
}

export const startOf = ({ segments }: Pick<Hop, "segments">) => segments[0]?.from ?? 0;
export const endOf = ({ segments }: Pick<Hop, "segments">) => segments.at(-1)?.to ?? 0;

function heardHop(heard: Heard, sent: Sent | undefined, now: number): Hop {
  const { service, consumer, stream, key, message, letter } = heard;
  const { eventId, version, type, sequence, state, attempts, error, retryAt } = message;
  return {
    id: `${eventId} ${consumer}`,
    eventId,
    key,
    version,
    name: messageName(type),
    from: sent?.service,
    to: { service, consumer },
    stream,
    sequence,
    state,
    segments: [...outboxPart(sent, message), ...listenersPart(message, letter, now)],
    error: error ?? undefined,
    attempts,
    retryAt: retryAt === null ? undefined : Date.parse(retryAt),
    letter: message.deadLetterId === null ? undefined : `${service}/${message.deadLetterId}`,
  };
}

function unheardHop({ service, key, message }: Sent, now: number): Hop {
  const { eventId, version, type, createdAt, sentAt, stream, sequence } = message;
  const created = Date.parse(createdAt);
  const stored = sentAt === null ? undefined : Date.parse(sentAt);
  return {
    id: `${eventId} nobody`,
    eventId,
    key,
    version,
    name: messageName(type),
    from: service,
    to: undefined,
    stream: stream ?? undefined,
    sequence: sequence ?? undefined,
    state: stored === undefined ? "unsent" : "stored",
    // Nobody is known to wait for one that is stored: it may be that nobody listens.
    segments: [segment("outbox", created, stored ?? now, stored === undefined)],
    error: undefined,
    attempts: 0,
    retryAt: undefined,
    letter: undefined,
  };
}

/** From the transaction's beginning until the broker had it; the handler's own run is in it. */
function outboxPart(sent: Sent | undefined, { publishedAt }: ReceivedMessageView): Segment[] {
  if (!sent) return [];
  return [segment("outbox", Date.parse(sent.message.createdAt), Date.parse(publishedAt))];
}

function listenersPart(
  { state, publishedAt, takenInAt }: ReceivedMessageView,
  letter: DeadLetterView | undefined,
  now: number,
): Segment[] {
  const stored = Date.parse(publishedAt);
  const taken = takenInAt === null ? undefined : Date.parse(takenInAt);
  if (letter) return letterPart(letter, stored, now);
  switch (state) {
    case "handled":
    case "discarded":
      // One that was taken in long ago has no record of when.
      return taken === undefined
        ? []
        : [segment("broker", stored, taken), segment("handler", taken, taken)];
    case "parked":
      return [
        segment("broker", stored, taken ?? stored),
        segment("held", taken ?? stored, now, true),
      ];
    case "dead":
    case "unseen":
      return [segment(state === "dead" ? "held" : "broker", stored, now, true)];
  }
}

function letterPart(letter: DeadLetterView, stored: number, now: number): Segment[] {
  const first = Date.parse(letter.firstFailedAt ?? letter.createdAt);
  const last = Date.parse(letter.lastFailedAt ?? letter.createdAt);
  const resolved = letter.resolvedAt === null ? undefined : Date.parse(letter.resolvedAt);
  return [
    segment("broker", stored, first),
    segment("failed", first, last),
    segment("held", last, resolved ?? now, resolved === undefined),
    ...(resolved === undefined ? [] : [segment("handler", resolved, resolved)]),
  ];
}

/** Clocks of different machines differ: nothing takes less than no time. */
function segment(part: Part, from: number, to: number, open = false): Segment {
  return { part, from, to: Math.max(from, to), open };
}

/** How long each part took, over all hops; stretches that lie beside each other count twice. */
export function sumsOf(hops: readonly Hop[]): Readonly<Record<Part, number>> {
  const sums: Record<Part, number> = { outbox: 0, broker: 0, handler: 0, failed: 0, held: 0 };
  for (const { part, from, to } of hops.flatMap(({ segments }) => segments)) {
    sums[part] += to - from;
  }
  return sums;
}

/** Whether anything is still on its way; a letter that waits for a person is. */
export const isUnderWay = (hops: readonly Hop[]) =>
  hops.some(({ segments }) => segments.some(({ open }) => open));

/** When something last happened, as far as is known; 0 when nothing did. */
export const lastMoment = (hops: readonly Hop[]) =>
  Math.max(
    0,
    ...hops.flatMap(({ segments }) => segments.map(({ from, to, open }) => (open ? from : to))),
  );
