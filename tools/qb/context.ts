import { demoOperatorToken } from "./demo-operator.ts";
import { type Output, output } from "./output.ts";
import { type ServiceClient, serviceClient, type TokenSource } from "./service-client.ts";
import { findTargets, type ServiceName, type TargetFlags, type Targets } from "./targets.ts";

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
  /** Those whose addresses are known: what looks at every service looks at these. */
  readonly services: readonly ServiceClient[];
  readonly orders: ServiceClient;
  readonly inventory: ServiceClient;
  readonly events: ServiceClient;
  readonly bookings: ServiceClient;
  readonly users: ServiceClient;
  readonly reviews: ServiceClient;
}

export function contextOf(flags: GlobalFlags): Context {
  const targets = findTargets(flags);
  const token = operatorToken(flags, targets);
  const client = (name: ServiceName) => serviceClient(name, targets.services[name], token);
  const all = {
    orders: client("orders"),
    inventory: client("inventory"),
    events: client("events"),
    bookings: client("bookings"),
    users: client("users"),
    reviews: client("reviews"),
  };
  return {
    out: output({ json: flags.json === true }),
    targets,
    token,
    services: targets.known.map((name) => all[name]),
    ...all,
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
