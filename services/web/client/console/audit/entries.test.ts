import { describe, expect, test } from "bun:test";
import { entriesOf, moreOf, placeOf, reasonOf } from "./entries.ts";

const entry = (id: number, at: string, detail: unknown = null) => ({
  id,
  at,
  actor: "op",
  action: "redrive",
  target: "dead-letter/3",
  detail,
});

const answer = (service: "orders" | "inventory", ...entries: ReturnType<typeof entry>[]) => ({
  service,
  value: { entries, nextCursor: null },
  problem: undefined,
  at: 1,
  loading: false,
});

describe("the audit", () => {
  test("has what was done everywhere, the newest first", () => {
    const entries = entriesOf([
      answer("orders", entry(2, "2026-05-04T12:00:02Z"), entry(1, "2026-05-04T12:00:00Z")),
      answer("inventory", entry(1, "2026-05-04T12:00:01Z")),
    ]);

    expect(entries.map(({ service, id }) => `${service} ${id}`)).toEqual([
      "orders 2",
      "inventory 1",
      "orders 1",
    ]);
  });

  test("says why, and what else is known", () => {
    const [said] = entriesOf([
      answer(
        "orders",
        entry(1, "2026-05-04T12:00:00Z", { reason: "a look", count: 3, from: null }),
      ),
    ]);
    const [silent] = entriesOf([answer("orders", entry(1, "2026-05-04T12:00:00Z"))]);

    expect(said && [reasonOf(said), moreOf(said)]).toEqual(["a look", [["count", "3"]]]);
    expect(silent && [reasonOf(silent), moreOf(silent)]).toEqual([undefined, []]);
  });

  test("leads to what was acted on", () => {
    const at = (target: string) => placeOf({ target, service: "inventory" });

    expect(at("dead-letter/3")).toEqual({
      to: "/console/dead-letters",
      search: { letter: "inventory/3" },
    });
    expect(at("lane/inventory-service/order/17")).toEqual({
      to: "/console/follow",
      search: { of: "order/17" },
    });
    expect(at("order/17")).toEqual({ to: "/console/follow", search: { of: "order/17" } });
    expect(at("streams")).toBeUndefined();
  });
});
