import { demoPassword, demoPeople } from "@app/platform/demo-people.ts";
import type { JetStreamBroker } from "@app/platform/messaging/jetstream-broker.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import type { RunningService } from "@app/platform/testing/service.ts";
import { JWKS_PATH } from "@app/platform/token-claims.ts";
import type postgres from "postgres";
import { type QbRun, runQb } from "./qb.ts";
import { type Answer, callAt, openStage } from "./stage.ts";

const guarded = ["orders", "inventory", "events", "bookings", "reviews"] as const;
type Guarded = (typeof guarded)[number];
export type ServiceName = Guarded | "users";

/** Users, and what a test wants beside it, as in production: every caller is who its token says. */
export interface SignInWorld extends AsyncDisposable {
  readonly broker: JetStreamBroker;
  readonly organiser: Person;
  readonly operator: Person;
  /** Makes an account with its first role, and signs in. */
  join(name: string): Promise<Person>;
  service(name: ServiceName): RunningService;
  /** For looking at a service's tables past the service. */
  sql(name: ServiceName): postgres.Sql;
  call(name: ServiceName, method: string, path: string, call?: Call): Promise<Answer>;
  /** As the operator, unless another token is given; none calls as a guest. */
  qb(args: readonly string[], token?: string): Promise<QbRun>;
}

export interface Person {
  readonly id: string;
  readonly token: string;
}

export interface Call {
  readonly as?: Person;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Opens users and the services named, each a process of its own with the settings given, and signs the
 * demo's people in.
 */
export async function openSignInWorld(
  wanted: readonly Guarded[] = guarded,
  everywhere: Readonly<Record<string, string>> = {},
): Promise<SignInWorld> {
  await using opened = new AsyncDisposableStack();
  const stage = await openStage(opened);
  const services = new Map<ServiceName, RunningService>();
  const clients = new Map<ServiceName, postgres.Sql>();
  const start = async (name: ServiceName, settings: Readonly<Record<string, string>>) => {
    const { url, sql } = await stage.database(name);
    clients.set(name, sql);
    const environment = { AUTH: "required", RECONCILE_EVERY: "1s", ...everywhere, ...settings };
    const service = await stage.start(name, { url }, environment);
    services.set(name, service);
    return service;
  };
  const users = await start("users", { DEMO: "on" });
  const jwks = `${users.url}${JWKS_PATH}`;
  // Two at a time: each has to be ready within a time that a busy machine may need for one.
  for (let at = 0; at < wanted.length; at += 2)
    await Promise.all(wanted.slice(at, at + 2).map((name) => start(name, { JWKS_URL: jwks })));

  const service: SignInWorld["service"] = (name) => found(services, name);
  const call: SignInWorld["call"] = (name, method, path, { as, body, headers } = {}) => {
    const signed = as && { authorization: `Bearer ${as.token}` };
    const sent = { method, body, headers: { ...headers, ...signed } };
    return callAt(`${service(name).url}${path}`, sent);
  };
  const signIn = async (email: string): Promise<Person> => {
    const { body } = await call("users", "POST", "/api/login", {
      body: { email, password: demoPassword },
    });
    const token = String(body.token);
    const me = await call("users", "GET", "/api/me", { as: { id: "", token } });
    return { id: me.body.id, token };
  };
  const organiser = await signIn(demoPeople.organiser.email);
  const operator = await signIn(demoPeople.operator.email);

  const owned = opened.move();
  return {
    broker: stage.broker,
    organiser,
    operator,
    service,
    sql: (name) => found(clients, name),
    call,
    async join(name) {
      const email = `${name}@example.test`;
      const body = { name, email, password: demoPassword };
      const { status } = await call("users", "POST", "/api/register", { body });
      if (status !== 201) throw new Error(`${name} was not registered: ${status}`);
      return signIn(email);
    },
    qb: (args, token = operator.token) =>
      runQb(args, {
        NATS_URL: stage.nats.url,
        QB_TOKEN: token,
        ...Object.fromEntries(
          [...services].map(([name, { url }]) => [`${name.toUpperCase()}_URL`, url]),
        ),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function found<Thing>(things: ReadonlyMap<ServiceName, Thing>, name: ServiceName): Thing {
  const thing = things.get(name);
  if (thing === undefined) throw new Error(`this world has no ${name}`);
  return thing;
}

/** A location with a hall of so many seats, and an event in it tomorrow, by the organiser. */
export async function publishEvent(
  { call, organiser: as }: Pick<SignInWorld, "call" | "organiser">,
  { capacity = 10, name = "Opera Aida" } = {},
): Promise<string> {
  // A service that has not read the issuer's keys yet says so, and is asked again.
  const location = await eventually(async () => {
    const made = await call("events", "POST", "/locations", {
      as,
      body: {
        name: "West Street Opera House",
        address: "11 West Street, Phoenix",
        country: "United States",
        openTime: 7,
        closeTime: 23,
        halls: [{ name: "Cesar Hall", capacity }],
      },
    });
    if (made.status !== 201) throw new Error(`no location: ${JSON.stringify(made.body)}`);
    return made;
  });
  const startDate = Math.floor(Date.now() / 1_000) + 86_400;
  const event = await call("events", "POST", "/events", {
    as,
    body: {
      name,
      startDate,
      endDate: startDate + 3 * 3_600,
      location: { id: location.body.id },
      hall: { id: location.body.halls[0].id },
    },
  });
  if (event.status !== 201) throw new Error(`no event: ${JSON.stringify(event.body)}`);
  return event.body.id;
}
