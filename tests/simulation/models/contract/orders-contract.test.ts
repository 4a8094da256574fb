import { describe, test } from "bun:test";
import { row } from "@app/platform/messaging/handler.ts";
import {
  type Driven,
  sameAnswers,
  sameAnswersLimitMs,
} from "@app/platform/testing/store-contract/same-answers.ts";
import { hourMs } from "@app/platform/testing/store-contract/store-arbitraries.ts";
import fc from "fast-check";
import {
  aPlacedOrder,
  decisions,
  modelledOrders,
  type OrdersUnderTest,
  postgresOrders,
} from "./orders-stores.ts";

interface Step {
  readonly name: string;
  take(orders: OrdersUnderTest): Promise<unknown>;
}

const step = <A>(
  name: string,
  args: fc.Arbitrary<A>,
  take: (orders: OrdersUnderTest, args: A) => Promise<unknown>,
): fc.Arbitrary<Step> =>
  args.map((given) => ({ name, given, take: (orders: OrdersUnderTest) => take(orders, given) }));

const anId = fc.bigInt({ min: 1n, max: 4n });
const aDecision = fc.constantFrom("cancel" as const, "reject" as const, "confirm" as const);
const deadlineMs = 1.5 * hourMs;

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  step(
    "add",
    fc.record({
      quantity: fc.integer({ min: 1, max: 2 }),
      key: fc.constantFrom(undefined, "k1", "k2"),
      deadlineSeconds: fc.constantFrom(undefined, undefined, 1_800),
    }),
    (orders, { quantity, key, deadlineSeconds }) => {
      const idempotency = key && { scope: "u1", key, requestHash: String(quantity) };
      const placed = aPlacedOrder(orders.drawId(), quantity, orders.now());
      return orders.add(placed, { idempotency: idempotency || undefined, deadlineSeconds });
    },
  ),
  step("change", fc.tuple(anId, aDecision), (orders, [id, decision]) =>
    orders.change(id, decisions[decision](orders.now())),
  ),
  step(
    "batch",
    fc.array(fc.tuple(anId, aDecision), { minLength: 1, maxLength: 3 }),
    async (orders, changes) => {
      const seen: string[] = [];
      await orders.batch(async (unit) => {
        await unit.lock(changes.map(([id]) => row("orders", id)));
        for (const [id, decision] of changes) {
          const changed = unit.stores.orders.change(id, decisions[decision](orders.now()));
          seen.push(changed.status);
        }
      });
      return seen;
    },
  ),
  step("sent", fc.integer({ min: 1, max: 6 }), (orders, id) =>
    orders.outbox.finish([{ id, stream: "ORDERS", sequence: id }]),
  ),
  step("noteBrokerSeen", fc.constantFrom(0.5 * hourMs, 2.5 * hourMs), (orders, silenceMs) =>
    orders.outbox.noteBrokerSeen(silenceMs),
  ),
  step("timeOut", fc.constant(deadlineMs), (orders, limitMs) => orders.timeOut(limitMs)),
  step("pass", fc.integer({ min: 1, max: 2 }), (orders, hours) =>
    orders.setNow(new Date(orders.now().getTime() + hours * hourMs)),
  ),
);

describe("stores of orders: the model and Postgres", () => {
  test(
    "answer alike, whatever is asked of them",
    async () => {
      await using model = await modelledOrders();
      await using postgres = await postgresOrders();

      await sameAnswers([driven(model), driven(postgres)], anyStep, { runs: 20, stepsMax: 40 });
    },
    sameAnswersLimitMs,
  );
});

function driven(orders: OrdersUnderTest): Driven<Step> {
  return {
    async begin() {
      await orders.empty();
      await orders.setNow(new Date("2026-06-01T12:00:00.000Z"));
    },
    take: (one) => one.take(orders),
    state: orders.state,
  };
}
