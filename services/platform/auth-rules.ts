import { type Guests, type Identity, type Role, requireRole, signInFirst } from "./auth.ts";

/** Who may make a call: the name of its row in `accessRules`. */
export type AccessRule =
  | "public"
  | "user"
  | "signed in"
  | "organiser"
  | "viewer"
  | "operator"
  | "service";

/**
 * Who may make each call of a service, by `GET /v1/things/:id` for a route and
 * `things.v1.ThingsService/GetThing` for an RPC. A call that is not in its service's table cannot
 * be made by anybody, and a service that offers one does not start.
 */
export type AccessTable = Readonly<Record<string, AccessRule>>;

interface Rule {
  /** Whoever is signed in needs one of them; without it any will do. */
  readonly roles?: readonly Role[];
  /** Guests who are let in all the same. */
  readonly guests: readonly Guests[];
  /** One line for the documentation. */
  readonly meaning: string;
}

const unprivileged: readonly Guests[] = ["unprivileged", "everywhere"];

/** The whole of who may do what. Whose things a caller may see is the matter of each query. */
export const accessRules: Readonly<Record<Exclude<AccessRule, "public">, Rule>> = {
  user: {
    guests: unprivileged,
    meaning: "Whoever is signed in, for its own things; a guest where `AUTH=optional`.",
  },
  "signed in": { guests: [], meaning: "Whoever is signed in, for its own things." },
  organiser: {
    roles: ["organiser", "operator"],
    guests: ["everywhere"],
    meaning: "An organiser or an operator.",
  },
  viewer: {
    roles: ["viewer", "operator"],
    guests: ["everywhere"],
    meaning: "A viewer or an operator: it looks, and changes nothing.",
  },
  operator: { roles: ["operator"], guests: ["everywhere"], meaning: "An operator." },
  service: {
    roles: ["service"],
    guests: unprivileged,
    meaning: "Another service; a guest where `AUTH=optional`.",
  },
};

/**
 * Refuses whoever may not make a call of this rule: 401 for a guest and for a credential that does
 * not hold, 403 without the role. For a public call no credential is looked at.
 */
export function requireAccess(rule: AccessRule, identity: Identity): void {
  if (rule === "public") return;
  const { caller, refusedCredential, guests } = identity;
  if (refusedCredential !== undefined) throw refusedCredential;
  const allowed = accessRules[rule];
  if (caller === undefined) {
    if (!allowed.guests.includes(guests)) throw signInFirst();
  } else if (allowed.roles !== undefined) {
    requireRole(caller, ...allowed.roles);
  }
}

/** What a service offers: its routes as Elysia lists them, and its RPCs as the tables write them. */
export interface Offered {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  readonly calls: readonly string[];
}

/** A route as the tables write it. Elysia ends the path of a resource itself with a slash. */
export function routeName(method: string, path: string): string {
  return `${method} ${path.length > 1 ? path.replace(/\/$/, "") : path}`;
}

/** What is offered without a rule, and what has a rule without being offered; nothing when all is well. */
export function accessFaults(access: AccessTable, { routes, calls }: Offered) {
  const offered = new Set([...routes.map(({ method, path }) => routeName(method, path)), ...calls]);
  return {
    ruleless: [...offered].filter((name) => !Object.hasOwn(access, name)),
    stale: Object.keys(access).filter((name) => !offered.has(name)),
  };
}
