import type { Item } from "./item.ts";
import type {
  HeldReservation,
  RejectedReservation,
  Reservation,
  ReservationKey,
} from "./reservation.ts";
import type { StockMove } from "./stock.ts";

/** What a decision about one reservation may look at. */
export interface Seen {
  readonly key: ReservationKey;
  readonly reservation: Reservation | undefined;
  /** The items of its lines, deleted ones too; undefined for an sku that nobody knows. */
  readonly itemOf: (sku: string) => Item | undefined;
}

export type Fact =
  | { readonly type: "StockReserved"; readonly reservation: HeldReservation }
  | { readonly type: "StockRejected"; readonly reservation: RejectedReservation };

/** What becomes of a reservation. The very reservation that was seen means that nothing changes. */
export interface Decision {
  readonly reservation: Reservation | undefined;
  /** How the pieces of all its lines move; absent when they stay where they are. */
  readonly move?: StockMove;
  readonly facts: readonly Fact[];
}

export const unchanged = ({ reservation }: Seen): Decision => ({ reservation, facts: [] });
