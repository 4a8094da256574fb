import type { OrderIntake } from "./accept-order.ts";
import type { OrderChanges } from "./order-changes.ts";

/** What both doors of the service work on. */
export interface OrdersApi extends OrderIntake {
  readonly changes: OrderChanges;
  /** Aborts when the service stops: streams end. */
  readonly stopping: AbortSignal;
}
