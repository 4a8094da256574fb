import { demoOperatorToken } from "@app/qb/demo-operator.ts";
import { Failure } from "@app/qb/failure.ts";
import { type SeedStep, seedDemo } from "@app/qb/seed.ts";
import type { Replica } from "./service-plan.ts";
import { urlOf } from "./service-unit.ts";

/** On a busy machine a service may not know the tokens' keys yet, or be too late to answer. */
export interface Patience {
  readonly limitMs: number;
  readonly everyMs: number;
}

const usualPatience: Patience = { limitMs: 60_000, everyMs: 1_000 };

/** Makes the demo's data, with a token taken anew for each try. Says in one line what came of it. */
export async function makeDemo(replicas: readonly Replica[]): Promise<string> {
  const [orders, inventory, users] = ["orders", "inventory", "users"].map((name) =>
    replicas.find((replica) => replica.name === name),
  );
  if (!orders || !inventory) return "left out: it needs orders and inventory";
  const made = await seedPatiently(async () => {
    const operatorToken = users && (await demoOperatorToken(urlOf(users)));
    return seedDemo({
      ordersUrl: urlOf(orders),
      inventoryUrl: urlOf(inventory),
      token: async () => operatorToken,
    });
  });
  const count = made.filter(({ outcome }) => outcome === "made").length;
  const leftOut = made.filter(({ outcome }) => outcome === "left out").map(({ what }) => what);
  const told = count === 0 ? "all there" : `${count} made`;
  return [told, ...leftOut.map((what) => `left out: ${what}`)].join("; ");
}

/**
 * Tries again for as long as a service refuses, is away or fails, because repeating a seed changes
 * nothing; the last failure is thrown. What is no answer of a service is thrown at once.
 */
export async function seedPatiently(
  seed: () => Promise<readonly SeedStep[]>,
  { limitMs, everyMs }: Patience = usualPatience,
): Promise<readonly SeedStep[]> {
  const giveUpAt = performance.now() + limitMs;
  for (;;) {
    try {
      return await seed();
    } catch (error) {
      if (!(error instanceof Failure) || performance.now() + everyMs > giveUpAt) throw error;
    }
    await Bun.sleep(everyMs);
  }
}
