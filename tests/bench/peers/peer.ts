import type { PeerName } from "./catalogue.ts";

/** Servers on this machine that nobody else uses meanwhile. */
export interface PeerWorld {
  /** Holds the tables of the orders service, and `effects`. */
  readonly databaseUrl: string;
  /** Only where the peer needs one, as `redisUrl`. */
  readonly natsUrl: string | undefined;
  readonly redisUrl: string | undefined;
}

/** A way to do work later, exactly once in effect, that is stated together with a business row. */
export interface Peer {
  /** Makes its tables, streams and queues; called once for a world. */
  prepare(world: PeerWorld): Promise<void>;
  /** Connects; also to a world in which an earlier one was killed. */
  open(world: PeerWorld): Promise<OpenPeer>;
}

/** What a file of `libraries/` exports as `peers`: one library, in the ways it can be set up. */
export type LibraryPeers = Readonly<Partial<Record<PeerName, Peer>>>;

export interface OpenPeer extends AsyncDisposable {
  /** Stores an order and its job. Resolves when both are durable. */
  accept(order: number): Promise<void>;
  /** Stores all of them and their jobs in one transaction. */
  acceptMany(orders: readonly number[]): Promise<void>;
  /** Begins to run jobs, each of which stores the effect of its order; resolves when it listens. */
  deliver(way: Way): Promise<void>;
  /** Jobs that are not done. */
  waiting(): Promise<number>;
}

/** Whether an effect has a transaction of its own, or may share one with others. */
export type Way = "singly" | "batched";

/** Connections that accept, and jobs that run at once, unless a peer's documentation says otherwise. */
export const concurrency = 16;
/** Jobs that a peer with a batch size of its own takes at once. */
export const batchSize = 200;
