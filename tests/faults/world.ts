import type { ManagedServer } from "@app/dev/infrastructure/managed-server.ts";
import type { JetStreamBroker } from "@app/platform/messaging/jetstream-broker.ts";
import type { TcpProxy } from "@app/platform/testing/tcp-proxy.ts";
import type postgres from "postgres";
import type { Replica, ServiceName } from "./replica.ts";
import type { BrokerNode, Disks } from "./stack.ts";
import type { Workload } from "./workload.ts";

/** What a fault may lay its hands on: the running system, and ways of looking at it past all proxies. */
export interface FaultWorld {
  /** For what kinds do in turn rather than by chance, so that a campaign meets every variant. */
  readonly seed: number;
  /** Two processes of each service. */
  readonly replicas: readonly Replica[];
  readonly postgres: ManagedServer;
  /** One server, or the three of a cluster. */
  readonly nats: readonly BrokerNode[];
  readonly disks: Disks | undefined;
  /** Every connection of the system runs through one of these. */
  readonly links: readonly Link[];
  readonly workload: Workload;
  /** Straight to the broker. */
  readonly broker: JetStreamBroker;
  /** Straight to the databases. */
  readonly sql: Readonly<Record<ServiceName, postgres.Sql>>;
  /** Straight to one of the brokers. */
  readonly natsUrl: string;
  /** A database that no migration has seen. */
  createEmptyDatabase(): Promise<string>;
  /** Messages that a fault invented and that nobody can read. */
  readonly garbage: Garbage[];
  /** Orders that a fault made overdue: no other may be timed out. */
  readonly overdue: Set<number>;
  /** The file that tells handlers to fail, see `programs/faulty-handlers.ts`. */
  readonly handlerOrders: string;
  /** Waits so long, or until the run heals, whichever is first. */
  hold(ms: number): Promise<void>;
  /** Waits until `check` is true, at most so long, or until the run heals; says whether it was. A throw means not yet. */
  until(check: () => boolean | Promise<boolean>, ms: number): Promise<boolean>;
  /** Whether the run heals: nothing new is to be broken. */
  readonly healing: boolean;
  /** A line in the timeline. */
  note(text: string): void;
  /** Counts a fault point as reached. */
  reached(point: string): void;
}

/** One hop, with the proxy that spoils it. */
export interface Link {
  readonly name: string;
  readonly from: "client" | ServiceName;
  readonly to: "orders" | "inventory" | "postgres" | "nats";
  /** The replica at the near end, or at the far end of a client's link: 0 or 1. */
  readonly replica: number;
  readonly proxy: TcpProxy;
}

export interface Garbage {
  /** Of the lane it blocks; empty when its headers name none. */
  readonly key: string;
  readonly subject: string;
  readonly reason: string;
  readonly payload: Uint8Array;
}
