import { demoOperatorToken } from "./demo-operator.ts";
import { type Output, output } from "./output.ts";
import { type ServiceClient, serviceClient, type TokenSource } from "./service-client.ts";
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
  readonly token: TokenSource;
  readonly services: readonly ServiceClient[];
  readonly orders: ServiceClient;
  readonly inventory: ServiceClient;
  readonly bookings: ServiceClient;
  readonly users: ServiceClient;
}

export function contextOf(flags: GlobalFlags): Context {
  const targets = findTargets(flags);
  const token = operatorToken(flags, targets);
  const orders = serviceClient("orders", targets.services.orders, token);
  const inventory = serviceClient("inventory", targets.services.inventory, token);
  const all = { orders, inventory };
  return {
    out: output({ json: flags.json === true }),
    targets,
    token,
    services: serviceNames.map((name) => all[name]),
    orders,
    inventory,
    bookings: serviceClient("bookings", targets.services.bookings, token),
    users: serviceClient("users", targets.services.users, token),
  };
}

/** What was given, else in a dev run of this checkout the token of its demo's operator. */
function operatorToken({ token }: GlobalFlags, { demoSignInUrl: url }: Targets): TokenSource {
  const given = token || process.env.QB_TOKEN;
  if (given) return async () => given;
  let asked: Promise<string | undefined> | undefined;
  return async () => {
    if (url !== undefined) asked ??= demoOperatorToken(url);
    return asked;
  };
}
