/** One of those who are compared, and what it can be asked for. */
export interface PeerEntry {
  readonly name: PeerName;
  /** The file whose `peers` holds it, below this folder. */
  readonly file: string;
  /** How many jobs wait when deliveries begin; fewer for those who are slow, so that a round ends in time. */
  readonly backlog: { readonly singly: number; readonly batched?: number };
  /** What it needs beside Postgres. */
  readonly broker?: "JetStream" | "Redis";
  /** False where row and job are two writes, of which a crash may leave one. */
  readonly atomic: boolean;
}

export const peerNames = [
  "QuickBite",
  "pg-boss",
  "pg-boss, notify",
  "graphile-worker",
  "graphile-worker, local queue",
  "pg-transactional-outbox",
  "pg-transactional-outbox, polling",
  "BullMQ",
] as const;

export type PeerName = (typeof peerNames)[number];

/** Ours comes first; all others are compared with it. */
export const ours: PeerEntry = {
  name: "QuickBite",
  file: "quickbite.ts",
  backlog: { singly: 10_000, batched: 20_000 },
  broker: "JetStream",
  atomic: true,
};

const libraries = {
  pgBoss: { file: "libraries/pg-boss.ts", atomic: true },
  graphileWorker: { file: "libraries/graphile-worker.ts", atomic: true },
  pgTransactionalOutbox: { file: "libraries/pg-transactional-outbox.ts", atomic: true },
};

export const peers: readonly PeerEntry[] = [
  { name: "pg-boss", ...libraries.pgBoss, backlog: { singly: 2_000, batched: 20_000 } },
  { name: "pg-boss, notify", ...libraries.pgBoss, backlog: { singly: 2_000, batched: 20_000 } },
  { name: "graphile-worker", ...libraries.graphileWorker, backlog: { singly: 4_000 } },
  {
    name: "graphile-worker, local queue",
    ...libraries.graphileWorker,
    backlog: { singly: 10_000 },
  },
  {
    name: "pg-transactional-outbox",
    ...libraries.pgTransactionalOutbox,
    backlog: { singly: 4_000 },
  },
  {
    name: "pg-transactional-outbox, polling",
    ...libraries.pgTransactionalOutbox,
    backlog: { singly: 2_000 },
  },
  {
    name: "BullMQ",
    file: "libraries/bullmq.ts",
    backlog: { singly: 4_000 },
    broker: "Redis",
    atomic: false,
  },
];
