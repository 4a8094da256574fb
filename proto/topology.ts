/** The `maxAgeSeconds` of a stream whose messages never expire. */
const keepsAll = 0;

/**
 * The streams and durables of the system, as they must be before the first publish.
 *
 * Plain data beside the contracts: whoever applies it adds what holds for every stream (limits
 * retention, `discard: new`, file storage, replicas from configuration) and refuses a declaration
 * whose rate × age does not fit its bytes. The declared bytes are reserved when a stream is made,
 * so together they stay under 4 GiB: a laptop's broker must be able to hold them.
 */
export const streams: readonly StreamDeclaration[] = [
  {
    name: "ORDERS",
    owner: "orders",
    subjects: ["orders.v1.>"],
    maxAgeSeconds: days(7),
    maxBytes: mebibytes(2048),
    declaredRate: { messagesPerSecond: 6, bytesPerMessage: 512 },
    durables: [
      { name: "inventory-service", service: "inventory", ackWaitSeconds: 5, maxAckPending: 1000 },
      { name: "reviews-service", service: "reviews", ackWaitSeconds: 5, maxAckPending: 1000 },
    ],
  },
  {
    name: "INVENTORY",
    owner: "inventory",
    subjects: ["inventory.v1.>"],
    maxAgeSeconds: days(7),
    maxBytes: mebibytes(1024),
    declaredRate: { messagesPerSecond: 3, bytesPerMessage: 512 },
    durables: [
      { name: "orders-service", service: "orders", ackWaitSeconds: 5, maxAckPending: 1000 },
    ],
  },
  {
    name: "EVENTS",
    owner: "events",
    subjects: ["events.v1.>"],
    maxAgeSeconds: keepsAll,
    maxBytes: mebibytes(128),
    // Ten years of some 30 a day.
    declaredRate: { messagesPerSecond: 0.0004, bytesPerMessage: 1024 },
    durables: [
      { name: "bookings-service", service: "bookings", ackWaitSeconds: 5, maxAckPending: 1000 },
    ],
  },
  {
    name: "BOOKINGS",
    owner: "bookings",
    subjects: ["bookings.v1.>"],
    maxAgeSeconds: keepsAll,
    maxBytes: mebibytes(256),
    // Ten years of some 140 a day; a bigger house declares more.
    declaredRate: { messagesPerSecond: 0.0016, bytesPerMessage: 512 },
    durables: [
      { name: "events-service", service: "events", ackWaitSeconds: 5, maxAckPending: 1000 },
      { name: "reviews-service", service: "reviews", ackWaitSeconds: 5, maxAckPending: 1000 },
    ],
  },
  {
    name: "REVIEWS",
    owner: "reviews",
    subjects: ["reviews.v1.>"],
    // Whoever shows averages builds them from here, a service whose database is new, too.
    maxAgeSeconds: keepsAll,
    maxBytes: mebibytes(64),
    // Ten years of some 35 a day; a bigger house declares more.
    declaredRate: { messagesPerSecond: 0.0004, bytesPerMessage: 512 },
    durables: [
      { name: "inventory-service", service: "inventory", ackWaitSeconds: 5, maxAckPending: 1000 },
      { name: "events-service", service: "events", ackWaitSeconds: 5, maxAckPending: 1000 },
    ],
  },
  {
    name: "USERS",
    owner: "users",
    subjects: ["users.v1.>"],
    maxAgeSeconds: days(7),
    maxBytes: mebibytes(32),
    declaredRate: { messagesPerSecond: 0.1, bytesPerMessage: 512 },
    durables: [
      { name: "reviews-service", service: "reviews", ackWaitSeconds: 5, maxAckPending: 1000 },
    ],
  },
  {
    // Announced by whichever service consumes, read by people: the letters live in its database.
    name: "DEAD_LETTERS",
    owner: "platform",
    // One by one: nats-server refuses `*.dlq.v1.>` because it overlaps with its own `$JS.>`.
    subjects: ["orders", "inventory", "events", "bookings", "users", "reviews"].map(
      (service) => `${service}.dlq.v1.>`,
    ),
    maxAgeSeconds: days(30),
    maxBytes: mebibytes(512),
    declaredRate: { messagesPerSecond: 0.1, bytesPerMessage: 2048 },
    durables: [],
  },
  {
    // Each service overwrites its one message to prove that the broker still stores.
    name: "CANARY",
    owner: "platform",
    subjects: ["canary.v1.*"],
    maxAgeSeconds: 3600,
    maxBytes: mebibytes(16),
    maxMessagesPerSubject: 1,
    declaredRate: { messagesPerSecond: 5, bytesPerMessage: 256 },
    durables: [],
  },
];

/** One stream: what it takes in, how long it keeps it, and how much that may be. */
export interface StreamDeclaration {
  readonly name: string;
  /** The service that publishes to it, or `platform` when every service does. */
  readonly owner: string;
  readonly subjects: readonly string[];
  /** 0 where messages never expire. */
  readonly maxAgeSeconds: number;
  /** Reserved on the broker's disk; a full stream refuses new messages instead of dropping old ones. */
  readonly maxBytes: number;
  /** With it, a newer message of a subject replaces the older ones beyond that number. */
  readonly maxMessagesPerSubject?: number;
  /** What the bytes were sized for: the sustained rate and the size on disk, headers included. */
  readonly declaredRate: { readonly messagesPerSecond: number; readonly bytesPerMessage: number };
  readonly durables: readonly DurableDeclaration[];
}

/** One durable pull consumer with explicit acknowledgement, shared by all replicas of a service. */
export interface DurableDeclaration {
  readonly name: string;
  /** The service whose replicas pull from it. */
  readonly service: string;
  /** After how long without an acknowledgement a message is delivered again. */
  readonly ackWaitSeconds: number;
  /** How many messages may be delivered and unacknowledged, over all replicas. */
  readonly maxAckPending: number;
}

function days(count: number): number {
  return count * 86_400;
}

function mebibytes(count: number): number {
  return count * 1024 * 1024;
}
