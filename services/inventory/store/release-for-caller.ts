import { Refusal } from "@app/platform/errors.ts";
import { row } from "@app/platform/messaging/handler.ts";
import type { Database } from "@app/platform/postgres.ts";
import { releaseReservation } from "../domain/settle-reservation.ts";
import { findReservation } from "./reserve-for-caller.ts";
import { type InventoryUnitOptions, inventoryUnit } from "./unit.ts";

/**
 * Returns what ReserveStock set aside; releasing twice changes nothing. Orders' reservations follow
 * their orders alone, so any id that is not a caller's is as unknown as one that was never given.
 */
export async function releaseForCaller(
  db: Database,
  id: string,
  options?: InventoryUnitOptions,
): Promise<void> {
  await db.transaction(async (tx) => {
    // Seen before the locks are taken: the locks find its item by its lines.
    const reservation = await findReservation(tx, id);
    if (reservation?.source !== "rpc")
      throw new Refusal("not_found", "reservation_not_found", "not found");

    const unit = inventoryUnit(tx, options);
    await unit.lock([row("reservations", id)]);
    unit.stores.reservations.change(reservation, releaseReservation);
  });
}
