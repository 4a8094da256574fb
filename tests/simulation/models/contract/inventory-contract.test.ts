import { describe, test } from "bun:test";
import type { Decision, Seen } from "@app/inventory/domain/decision.ts";
import {
  callersReservation,
  orderReservation,
  reservationId,
} from "@app/inventory/domain/reservation.ts";
import { reserveStock } from "@app/inventory/domain/reserve-stock.ts";
import {
  consumeReservation,
  releaseReservation,
} from "@app/inventory/domain/settle-reservation.ts";
import { row } from "@app/platform/messaging/handler.ts";
import {
  type Driven,
  sameAnswers,
  sameAnswersLimitMs,
} from "@app/platform/testing/store-contract/same-answers.ts";
import fc from "fast-check";
import {
  anItem,
  type InventoryUnderTest,
  itemChanges,
  modelledInventory,
  postgresInventory,
} from "./inventory-stores.ts";

interface Step {
  readonly name: string;
  take(inventory: InventoryUnderTest): Promise<unknown>;
}

const step = <A>(
  name: string,
  args: fc.Arbitrary<A>,
  take: (inventory: InventoryUnderTest, args: A) => Promise<unknown>,
): fc.Arbitrary<Step> =>
  args.map((given) => ({
    name,
    given,
    take: (inventory: InventoryUnderTest) => take(inventory, given),
  }));

const anSku = fc.constantFrom("burger", "pizza");
const quantity = fc.integer({ min: 1, max: 3 });
const aRef = fc.constantFrom("1", "2");

/** A message of an order: what it needs locked, and what it decides. */
const news = fc.record({
  orderId: fc.bigInt({ min: 1n, max: 3n }),
  lines: fc.uniqueArray(fc.record({ sku: anSku, quantity }), {
    minLength: 1,
    maxLength: 2,
    selector: ({ sku }) => sku,
  }),
  does: fc.constantFrom(
    "reserve" as const,
    "reserve" as const,
    "consume" as const,
    "release" as const,
  ),
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  step("add", fc.tuple(anSku, fc.integer({ min: 0, max: 5 })), (inventory, [sku, initial]) =>
    inventory.add(anItem(sku, initial)),
  ),
  step(
    "change",
    fc.tuple(anSku, fc.constantFrom("restock", "restock", "delete")),
    (inventory, [sku, change]) =>
      inventory.change(sku, change === "delete" ? itemChanges.delete : itemChanges.restock),
  ),
  step("reserve", fc.tuple(aRef, anSku, quantity), (inventory, [ref, sku, pieces]) =>
    inventory.reserve(callersReservation(ref), sku, pieces),
  ),
  step("release", fc.constantFrom("rpc/1", "rpc/2", "order/1"), (inventory, id) =>
    inventory.release(id),
  ),
  step("batch", fc.array(news, { minLength: 1, maxLength: 3 }), batch),
);

async function batch(
  inventory: InventoryUnderTest,
  messages: readonly (typeof news extends fc.Arbitrary<infer N> ? N : never)[],
): Promise<unknown> {
  const decided: (Decision["reservation"] | undefined)[] = [];
  await inventory.batch(async (unit) => {
    await unit.lock(
      messages.flatMap(({ orderId, lines, does }) => [
        ...(does === "reserve" ? lines.map(({ sku }) => row("items", sku)) : []),
        row("reservations", reservationId(orderReservation(orderId))),
      ]),
    );
    for (const { orderId, lines, does } of messages) {
      const decide = (seen: Seen) => {
        if (does === "reserve") return reserveStock(seen, lines);
        return does === "consume" ? consumeReservation(seen) : releaseReservation(seen);
      };
      const { reservation } = unit.stores.reservations.change(orderReservation(orderId), decide);
      decided.push(reservation);
    }
  });
  return decided;
}

describe("stores of inventory: the model and Postgres", () => {
  test(
    "answer alike, whatever is asked of them",
    async () => {
      await using model = await modelledInventory();
      await using postgres = await postgresInventory();

      await sameAnswers([driven(model), driven(postgres)], anyStep, { runs: 20, stepsMax: 50 });
    },
    sameAnswersLimitMs,
  );
});

const driven = (inventory: InventoryUnderTest): Driven<Step> => ({
  begin: inventory.empty,
  take: (one) => one.take(inventory),
  state: inventory.state,
});
