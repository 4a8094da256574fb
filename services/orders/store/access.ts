import type { Caller } from "@app/platform/auth.ts";
import type { Decision } from "../domain/facts.ts";
import type { Order } from "../domain/order.ts";
import { orderNotFound } from "./change-order.ts";

/**
 * The one user whose orders a caller may see and change, or undefined for all of them: operators and
 * services serve everybody, and where guests are let in nobody is told apart.
 */
export function ownerFor(caller: Caller | undefined): string | undefined {
  const serves = caller?.roles.some((role) => role === "operator" || role === "service");
  return serves ? undefined : caller?.subject;
}

/** Lets `decide` change an order only for its owner. To others it is not there. */
export function onlyOf(
  owner: string | undefined,
  decide: (order: Order) => Decision,
): (order: Order) => Decision {
  return (order) => {
    if (owner !== undefined && order.userId !== owner) throw orderNotFound();
    return decide(order);
  };
}
