import type { Command } from "commander";
import type { Context } from "../context.ts";
import type { Run } from "../program.ts";
import { demoPlan, seedDemo } from "../seed.ts";

/** Demo data, made by the commands that everybody uses. */
export function seedCommand(program: Command, run: Run): void {
  program
    .command("seed")
    .option("--dry-run", "say what would be made, and make nothing")
    .description("make demo dishes and orders in every state; again changes nothing")
    .action(run((context, flags: { dryRun?: boolean }) => seed(context, flags)));
}

async function seed({ orders, inventory, token, out }: Context, { dryRun = false }): Promise<void> {
  if (dryRun) {
    out.data({ wouldMake: demoPlan });
    for (const what of demoPlan) out.say(`Would make ${what}, unless it is there`);
    return;
  }
  const seeded = await seedDemo({
    ordersUrl: orders.url,
    inventoryUrl: inventory.url,
    token,
    onStep: ({ what, outcome }) => out.say(`${what}: ${outcome}`),
  });
  out.data({ seeded });
  const order = seeded.find(({ orderId }) => orderId !== undefined);
  if (order) out.say(`\nTry next: qb order follow ${order.orderId}`);
}
