import type { Caller } from "@app/platform/auth.ts";
import { and, eq, type SQL } from "drizzle-orm";
import { orders } from "./tables.ts";

/** One order, to whoever asks as its owner: for anybody else it is not there. */
export interface OwnedOrder {
  readonly id: bigint;
  /** Undefined for whoever serves everybody. */
  readonly ownedBy: string | undefined;
}

/**
 * The one user whose orders a caller may see and change, or undefined for all of them: operators and
 * services serve everybody, and where guests are let in nobody is told apart.
 */
export function ownerFor(caller: Caller | undefined): string | undefined {
  const serves = caller?.roles.some((role) => role === "operator" || role === "service");
  return serves ? undefined : caller?.subject;
}

/** Its row, if it is there for the owner: the database is asked for nothing that is somebody else's. */
export function rowOf({ id, ownedBy }: OwnedOrder): SQL | undefined {
  return and(eq(orders.id, id), ownedBy === undefined ? undefined : eq(orders.userId, ownedBy));
}
