import { z } from "zod";

/** What the operator API answers: services check what they say against it, clients read by it. */

const instant = z.iso.datetime();
const count = z.number().int().min(0);
const nextCursor = z.string().nullable();

export const deadLetterStates = ["dead", "done", "discarded"] as const;
/** An `idle` lane waits for nothing; it is only shown where one lane is asked for. */
export const laneStates = ["blocked", "waiting", "stuck", "idle"] as const;

export const DeadLetterView = z.object({
  id: count,
  consumer: z.string(),
  state: z.enum(deadLetterStates),
  /** 1 as it came, one more with each edit. */
  revision: count,
  reason: z.string(),
  error: z.string(),
  /** Null for a message whose headers name no lane. */
  key: z.string().nullable(),
  version: count.nullable(),
  type: z.string(),
  subject: z.string(),
  stream: z.string(),
  sequence: count,
  attempts: count,
  firstFailedAt: instant.nullable(),
  lastFailedAt: instant.nullable(),
  createdAt: instant,
  resolvedAt: instant.nullable(),
});

export const DeadLettersView = z.object({ deadLetters: z.array(DeadLetterView), nextCursor });

export const PayloadView = z.union([
  /** Read by its contract. `unknownFields` counts those that the contract does not have. */
  z.object({ json: z.unknown(), unknownFields: count, bytes: count }),
  z.object({ problem: z.string(), base64: z.string(), bytes: count }),
]);

export const LaneView = z.object({
  consumer: z.string(),
  key: z.string(),
  state: z.enum(laneStates),
  /** The last version handled. */
  version: count,
  /** Messages parked behind it. */
  waiting: count,
  /** Later messages were left in the stream for want of room. */
  behind: z.boolean(),
  movedAt: instant,
  lowestParked: count.nullable(),
  oldestParkedAt: instant.nullable(),
  /** The dead letter that blocks it. */
  deadLetterId: count.nullable(),
});

export const LanesView = z.object({ lanes: z.array(LaneView), nextCursor });

export const DeadLetterDetailView = DeadLetterView.extend({
  eventId: z.string(),
  publishedAt: instant,
  headers: z.record(z.string(), z.string()),
  payload: PayloadView,
  lane: LaneView.nullable(),
});

export const RedriveView = z.object({
  outcome: z.enum(["done", "failed"]),
  error: z.string().optional(),
});

export const SkippedLaneView = z.object({
  consumer: z.string(),
  key: z.string(),
  from: count,
  to: count,
});

export const OutboxView = z.object({
  backlog: z.object({
    count,
    /** The count stopped there: there are more. */
    atLeast: z.boolean(),
    oldestAgeMs: count,
  }),
  rows: z.array(
    z.object({
      id: count,
      key: z.string(),
      version: count,
      subject: z.string(),
      /** The broker acknowledged it once and forgot it. */
      resent: z.boolean(),
      createdAt: instant,
      ageMs: count,
    }),
  ),
  streams: z.array(
    z.object({
      stream: z.string(),
      lastSequence: count,
      deleted: count,
      seenAt: instant,
      /** Why nothing can be published to it; null when that is not known to be so. */
      problem: z.string().nullable(),
    }),
  ),
  broker: z.object({
    connected: z.boolean(),
    /** When it last stored something for this service. */
    answeredAt: instant.nullable(),
    /** Why nothing can be published; null while it answers and stores. */
    problem: z.string().nullable(),
  }),
  relay: z.object({
    /** Whose session holds the leader's lock; null while nobody leads. */
    leader: z.object({ application: z.string(), pid: count }).nullable(),
    /** Why the relay of the replica that answers is failing; null when it is not, or does not lead. */
    problem: z.string().nullable(),
  }),
});

export const ConsumersView = z.object({
  consumers: z.array(
    z.object({
      consumer: z.string(),
      stream: z.string(),
      order: z.enum(["key", "latest"]),
      /** Null when the broker did not say; `problem` tells why. */
      broker: z
        .object({
          ackFloor: count,
          pending: count,
          unacknowledged: count,
          redelivered: count,
          /** Standing pulls of all replicas: without any, and nothing in hand, nobody is pulling. */
          pulls: count,
        })
        .nullable(),
      problem: z.string().nullable(),
      parked: count,
      oldestParkedAgeMs: count.nullable(),
      blockedLanes: count,
      stuckLanes: count,
      dead: count,
      oldestDeadAgeMs: count.nullable(),
    }),
  ),
});

const SentMessageView = z.object({
  eventId: z.string(),
  version: count,
  type: z.string(),
  subject: z.string(),
  createdAt: instant,
  /** Null while the broker has not acknowledged it. */
  sentAt: instant.nullable(),
  stream: z.string().nullable(),
  sequence: count.nullable(),
});

const ReceivedMessageView = z.object({
  eventId: z.string(),
  version: count,
  type: z.string(),
  sequence: count,
  publishedAt: instant,
  /** `discarded`: a person gave it up, and its handler never ran. */
  state: z.enum(["handled", "discarded", "parked", "dead", "unseen"]),
  /** When it was first taken in, handled or parked; null when that was long ago or never. */
  takenInAt: instant.nullable(),
  deadLetterId: count.nullable(),
  /** How often its handler has failed, while that counts. */
  attempts: count,
  error: z.string().nullable(),
  /** When a parked one is tried again. */
  retryAt: instant.nullable(),
});

/** The way of one aggregate's messages through one service. */
export const MessagesView = z.object({
  key: z.string(),
  sent: z.array(SentMessageView),
  /** True where the outbox is too long to be read through: what `sent` lacks may wait there. */
  outboxUnread: z.boolean().optional(),
  received: z.array(
    z.object({
      consumer: z.string(),
      stream: z.string(),
      /** Whether the stream was asked; if not, only what is parked or dead is known. */
      streamAsked: z.boolean(),
      lane: LaneView.nullable(),
      messages: z.array(ReceivedMessageView),
    }),
  ),
});

export type DeadLetterView = z.infer<typeof DeadLetterView>;
export type DeadLettersView = z.infer<typeof DeadLettersView>;
export type DeadLetterDetailView = z.infer<typeof DeadLetterDetailView>;
export type RedriveView = z.infer<typeof RedriveView>;
export type PayloadView = z.infer<typeof PayloadView>;
export type LaneView = z.infer<typeof LaneView>;
export type LanesView = z.infer<typeof LanesView>;
export type OutboxView = z.infer<typeof OutboxView>;
export type ConsumersView = z.infer<typeof ConsumersView>;
export type MessagesView = z.infer<typeof MessagesView>;
export type SentMessageView = z.infer<typeof SentMessageView>;
export type ReceivedMessageView = z.infer<typeof ReceivedMessageView>;
