import { and, eq, type SQL } from "drizzle-orm";
import { orders } from "./tables.ts";

/** One order, to whoever asks as its owner: for anybody else it is not there. */
export interface OwnedOrder {
  readonly id: bigint;
  /** Undefined for whoever serves everybody. */
  readonly ownedBy: string | undefined;
}

/** Its row, if it is there for the owner: the database is asked for nothing that is somebody else's. */
export function rowOf({ id, ownedBy }: OwnedOrder): SQL | undefined {
  return and(eq(orders.id, id), ownedBy === undefined ? undefined : eq(orders.userId, ownedBy));
}
