import { expect } from "bun:test";
import { WhyView } from "@app/orders/http/why-view.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { QuickBite } from "./quickbite.ts";

export type { WhyView };

/** What orders says of an order when an operator asks why. */
export async function why(world: QuickBite, id: number): Promise<WhyView> {
  const { status, body } = await world.call("GET", `/v1/orders/${id}/why`);
  expect(status).toBe(200);
  return WhyView.parse(body);
}

/** Waits until an order is said to wait for this, or for nothing. */
export function waitsFor(
  world: QuickBite,
  id: number,
  expected: Readonly<Record<string, unknown>> | null,
): Promise<WhyView> {
  return eventually(
    async () => {
      const view = await why(world, id);
      if (expected === null) expect(view.waitsFor).toBeNull();
      else expect(view.waitsFor).toMatchObject(expected);
      return view;
    },
    { deadlineMs: 30_000, everyMs: 100 },
  );
}
