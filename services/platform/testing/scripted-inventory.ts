import type {
  InventoryService,
  ReserveStockRequest,
} from "@app/contracts/gen/inventory/v1/inventory_pb.ts";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { AccessTable } from "../auth-rules.ts";
import { Refusal } from "../errors.ts";
import { rpcRequest } from "../rpc-context.ts";

/** Its calls are for everybody who is let in at all. */
export const scriptedAccess: AccessTable = {
  "inventory.v1.InventoryService/ReserveStock": "user",
  "inventory.v1.InventoryService/ReleaseStock": "user",
  "inventory.v1.InventoryService/GetStock": "user",
  "inventory.v1.InventoryService/WatchStock": "user",
  "inventory.v1.InventoryService/ListItems": "user",
};

/** Lets a test see what became of a call whose caller knows nothing of it any more. */
export interface Observed {
  /** Calls that reached their handler, by sku. */
  readonly started: string[];
  /** Calls whose signal has aborted. */
  readonly aborted: string[];
}

/**
 * The contract of inventory, answered by a script: the sku of a call says how it goes. It serves
 * tests of the servers, which need a real contract with rules and none of its trade.
 */
export function scriptedInventory(observed: Observed): ServiceImpl<typeof InventoryService> {
  return {
    reserveStock: (request, context) => reserve(request, context, observed),
    releaseStock: () => ({}),
    listItems: () => ({}),
    getStock: ({ sku }, { values }) => ({
      sku: values.get(rpcRequest).caller?.subject ?? sku,
      available: 5n,
    }),
    async *watchStock({ skus }, context) {
      observed.started.push(...skus);
      for (const sku of skus) yield { sku, available: 5n };
      const [mood] = skus;
      if (mood === "broken") throw new Error("a secret");
      if (mood === "finite") return;
      // Deaf to its signal: ending it must not depend on it.
      if (mood === "deaf") await new Promise(() => undefined);
      await aborted(context.signal);
      observed.aborted.push(mood ?? "");
    },
  };
}

async function reserve({ sku }: ReserveStockRequest, context: HandlerContext, observed: Observed) {
  observed.started.push(sku);
  switch (sku) {
    case "scarce":
      throw new Refusal("insufficient", "insufficient_stock", "insufficient stock", {
        details: { id: 9007199254740993n, missing: [sku] },
      });
    case "busy":
      throw new Refusal("unavailable", "overloaded", "too many orders", { retryAfterSeconds: 3 });
    case "broken":
      throw new Error("a secret");
    case "outage":
      throw Object.assign(new Error("connect failed"), { code: "ECONNREFUSED" });
    case "patient":
      context.values.get(rpcRequest).extendDeadline(60_000);
      await new Promise((resolve) => setTimeout(resolve, 150));
      break;
    case "slow":
      await aborted(context.signal);
      observed.aborted.push(sku);
      throw new Error("interrupted");
    case "deaf":
      await new Promise(() => undefined);
  }
  return { reserved: true, reservationId: `rpc/${sku}` };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
