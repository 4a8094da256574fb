import { z } from "zod";
import { PayloadView } from "./ops-views.ts";

/** What the operator API answers about streams, what they hold, and the durables on them. */

const instant = z.iso.datetime();
const count = z.number().int().min(0);

/** Who holds the copies: one server, or those of a cluster. Without a leader nothing is stored. */
const CopiesView = z.object({
  leader: z.string().nullable(),
  others: z.array(
    z.object({
      name: z.string(),
      current: z.boolean(),
      offline: z.boolean(),
      /** Operations that it lags the leader. */
      behind: count,
    }),
  ),
});

export const StreamDurableView = z.object({
  name: z.string(),
  /** Whose replicas pull from it. */
  service: z.string(),
  ackWaitSeconds: z.number(),
  maxAckPending: count,
  /** Null when the broker has no such durable or does not answer. */
  state: z
    .object({
      ackFloor: count,
      delivered: count,
      pending: count,
      unacknowledged: count,
      redelivered: count,
      pulls: count,
      /** Nothing is delivered until then; null while it is not paused. */
      pausedUntil: instant.nullable(),
    })
    .nullable(),
});

export const DriftView = z.object({
  action: z.enum(["create", "update", "delete"]),
  kind: z.enum(["stream", "durable"]),
  name: z.string(),
  /** Bringing it back would lose messages or progress. */
  destructive: z.boolean(),
  differences: z.array(z.object({ field: z.string(), actual: z.unknown(), declared: z.unknown() })),
});

export const StreamView = z.object({
  name: z.string(),
  /** The service that publishes to it, or `platform` when every service does. */
  owner: z.string(),
  declared: z.object({
    subjects: z.array(z.string()).readonly(),
    /** 0 where messages never expire. */
    maxAgeSeconds: count,
    maxBytes: count,
    maxMessagesPerSubject: count.nullable(),
    messagesPerSecond: z.number(),
    bytesPerMessage: z.number(),
  }),
  /** Null when there is no such stream, or the broker does not answer; `problem` tells which. */
  state: z
    .object({
      createdAt: z.string(),
      messages: count,
      bytes: count,
      firstSequence: count,
      /** Null for an empty stream. */
      firstAt: instant.nullable(),
      lastSequence: count,
      lastAt: instant.nullable(),
      /** Missing between first and last. */
      deleted: count,
    })
    .nullable(),
  copies: CopiesView.nullable(),
  durables: z.array(StreamDurableView),
  /** How the broker differs from what is declared, for the stream and for its durables. */
  drift: z.array(DriftView),
  problem: z.string().nullable(),
});

/** The streams that a service publishes to or listens to. */
export const StreamsView = z.object({
  service: z.string(),
  /** When the broker was asked: two answers tell a rate. */
  at: instant,
  streams: z.array(StreamView),
});

export const StreamMessageView = z.object({
  sequence: count,
  publishedAt: instant,
  subject: z.string(),
  type: z.string(),
  eventId: z.string(),
  /** Null for a message whose headers name no lane. */
  key: z.string().nullable(),
  version: count.nullable(),
  headers: z.record(z.string(), z.string()),
  payload: PayloadView,
});

/** Messages of one stream, oldest first. */
export const StreamMessagesView = z.object({
  stream: z.string(),
  messages: z.array(StreamMessageView),
  /** The sequence to go on `before`, towards the beginning; null when nothing is left there. */
  before: count.nullable(),
  /** The sequence to go on `from`, towards the end; null when nothing was there yet. */
  from: count.nullable(),
  /** False when the time was up before everything was looked at that was asked for. */
  complete: z.boolean(),
});

export const ConsumerPauseView = z.object({
  consumer: z.string(),
  stream: z.string(),
  /** Null when it is not paused. */
  pausedUntil: instant.nullable(),
});

/** Where one message is known here, by its id alone. */
export const FoundMessageView = z.object({
  id: z.string(),
  found: z
    .object({
      where: z.enum(["outbox", "stream", "parked", "dead_letter"]),
      /** Null for a message whose headers name no lane. */
      key: z.string().nullable(),
      version: count.nullable(),
      type: z.string(),
      stream: z.string().nullable(),
      sequence: count.nullable(),
      deadLetterId: count.nullable(),
    })
    .nullable(),
  /** What could not be looked through in time: where nothing was found it may be there. */
  unread: z.array(z.string()),
});

export type StreamsView = z.infer<typeof StreamsView>;
export type StreamView = z.infer<typeof StreamView>;
export type StreamDurableView = z.infer<typeof StreamDurableView>;
export type StreamMessageView = z.infer<typeof StreamMessageView>;
export type StreamMessagesView = z.infer<typeof StreamMessagesView>;
export type ConsumerPauseView = z.infer<typeof ConsumerPauseView>;
export type FoundMessageView = z.infer<typeof FoundMessageView>;
