import { ConsumersView, OutboxView } from "@app/platform/messaging/ops-views.ts";
import { z } from "zod";
import type { Context } from "./context.ts";

const pollMs = 250;

const Undecided = z.object({ orders: z.array(z.object({ id: z.number().int() })) });

/**
 * Waits until there is nothing left to do: no message waits or is in hand, and no order is undecided.
 * What a dead letter holds up waits for a person and is not waited for. Returns what is left when the
 * time is up; nothing once it is quiet.
 */
export async function untilQuiet(
  system: Pick<Context, "services" | "orders">,
  { timeoutMs, onWait }: { readonly timeoutMs: number; readonly onWait: (left: string) => void },
): Promise<string | undefined> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const left = await undone(system);
    if (left === undefined || performance.now() >= untilMs) return left;
    onWait(left);
    await Bun.sleep(pollMs);
  }
}

async function undone({
  services,
  orders,
}: Pick<Context, "services" | "orders">): Promise<string | undefined> {
  let dead = 0;
  for (const service of services) {
    const { backlog } = await service.ask("/ops/v1/outbox?limit=1", OutboxView);
    if (backlog.count > 0) return `${backlog.count} messages in the outbox of ${service.name}`;
    const { consumers } = await service.ask("/ops/v1/consumers", ConsumersView);
    for (const { consumer, broker, problem, ...held } of consumers) {
      if (!broker) return `${consumer}: ${problem}`;
      const coming = broker.pending + broker.unacknowledged;
      if (coming > 0) return `${coming} messages on their way to ${consumer}`;
      if (held.parked > 0 && held.blockedLanes === 0) return `${held.parked} parked at ${consumer}`;
      dead += held.dead;
    }
  }
  if (dead > 0 || !services.includes(orders)) return undefined;
  const { orders: pending } = await orders.ask("/v1/orders?status=PENDING&limit=1", Undecided);
  return pending.length > 0 ? `order ${pending[0]?.id} is undecided` : undefined;
}
