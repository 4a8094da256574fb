import type { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import type { Client } from "@connectrpc/connect";
import { useSession } from "../../lib/session.tsx";
import { guestOrders, orders } from "./orders.ts";

export type OrdersCalls = Client<typeof OrdersService>;

/** The calls of whoever the page shows its orders to. */
export function useOrdersCalls(): OrdersCalls {
  return useSession().state === "former-guest" ? guestOrders : orders;
}
