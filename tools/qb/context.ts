import { type Output, output } from "./output.ts";
import { type ServiceClient, serviceClient } from "./service-client.ts";
import { findTargets, serviceNames, type TargetFlags, type Targets } from "./targets.ts";

export interface GlobalFlags extends TargetFlags {
  readonly json?: boolean;
  /** In place of QB_TOKEN. */
  readonly token?: string;
}

/** What every command works with. */
export interface Context {
  readonly out: Output;
  readonly targets: Targets;
  readonly services: readonly ServiceClient[];
  readonly orders: ServiceClient;
  readonly inventory: ServiceClient;
}

export function contextOf(flags: GlobalFlags): Context {
  const targets = findTargets(flags);
  const orders = serviceClient("orders", targets.services.orders, flags.token);
  const inventory = serviceClient("inventory", targets.services.inventory, flags.token);
  const all = { orders, inventory };
  return {
    out: output({ json: flags.json === true }),
    targets,
    services: serviceNames.map((name) => all[name]),
    orders,
    inventory,
  };
}
