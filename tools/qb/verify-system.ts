import type { CheckResult } from "./check-result.ts";
import type { Context } from "./context.ts";
import type { ServiceClient } from "./service-client.ts";
import { verifyPairs } from "./verify-pairs.ts";
import { openMatters, verifyService } from "./verify-service.ts";
import { sweepFully, verifySweeps } from "./verify-sweeps.ts";
import { verifyTicketing } from "./verify-ticketing.ts";

export interface VerifySettings {
  /** Everything from the first row and the first message on, instead of the newest. */
  readonly full?: boolean;
  /** Between two looks at what seems broken; a second unless told. */
  readonly lookAgainMs?: number;
  /** How long the comparing of all messages may take with `full`; ten minutes unless told. */
  readonly sweepTimeoutMs?: number;
  /** Hears what is looked at. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Verifies a running system by what its services tell operators: each service's own invariants, that
 * no message was lost, and that what two services keep agrees. Safe at any time, under load too:
 * what seems broken counts only when it still is at a later look.
 */
export async function verifySystem(
  {
    services,
    orders,
    inventory,
    events,
    bookings,
  }: Pick<Context, "services" | "orders" | "inventory" | "events" | "bookings">,
  {
    full = false,
    lookAgainMs = 1_000,
    sweepTimeoutMs = 600_000,
    onProgress = () => undefined,
  }: VerifySettings = {},
): Promise<readonly CheckResult[]> {
  const sweep = (service: ServiceClient) =>
    full ? sweepFully(service, { timeoutMs: sweepTimeoutMs, onProgress }) : verifySweeps(service);
  const look = { full, lookAgainMs, onProgress };
  // What the reconciler finds is among the services' own invariants: it goes first.
  const swept = await Promise.all(services.map(sweep));
  const own = await Promise.all(services.map((service) => verifyService(service, look)));
  const isPair = services.includes(orders) && services.includes(inventory);
  const pairs = isPair ? [await verifyPairs({ orders, inventory }, look)] : [];
  if (services.includes(events) && services.includes(bookings))
    pairs.push(...(await verifyTicketing({ events, bookings }, look)));
  const open = await Promise.all(services.map(openMatters));
  return [...swept, ...own.flat(), ...pairs, ...open.flat()];
}

/** Those that say that something is not as promised, or cannot be said to be. */
export const failing = (results: readonly CheckResult[]): readonly CheckResult[] =>
  results.filter(({ state }) => state === "broken" || state === "unknown");
