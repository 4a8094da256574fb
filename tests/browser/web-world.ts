import { freePort } from "@app/dev/infrastructure/ports.ts";
import { temporaryDatabase } from "@app/platform/testing/database.ts";
import { eventually } from "@app/platform/testing/eventually.ts";
import { type TemporaryBroker, temporaryBroker } from "@app/platform/testing/nats.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import { JWKS_PATH } from "@app/platform/token-claims.ts";
import { seedDemo } from "@app/qb/seed.ts";
import { patience } from "./patience.ts";
import { type WebCalls, webCalls } from "./web-calls.ts";

const services = ["users", "orders", "inventory", "events", "bookings", "reviews"] as const;
export type ServiceName = (typeof services)[number];

/** The web service with the services behind it, as `bun run dev` runs them, and shared with nobody. */
export interface WebWorld extends AsyncDisposable, WebCalls {
  readonly nats: TemporaryBroker;
  service(name: ServiceName | "web"): RunningService;
  /** Kills a service and starts it again with more settings, on its port and its data. */
  restart(name: ServiceName, settings?: Readonly<Record<string, string>>): Promise<void>;
}

export interface WebWorldOptions {
  /** Which services there are beside users and the web; all without. */
  readonly only?: readonly ServiceName[];
  /** Makes the dishes, orders and events of the demo; people there are always. */
  readonly demo?: boolean;
  readonly settings?: Partial<Record<ServiceName, Readonly<Record<string, string>>>>;
}

// Seven processes start at a time, on two cores that other tests use too.
const START_DEADLINE_MS = 90_000;
const settingsOf: Partial<Record<ServiceName, Readonly<Record<string, string>>>> = {
  users: { DEMO: "on", SECURE_COOKIES: "off" },
};

export async function openWebWorld({
  only = services,
  demo = false,
  settings = {},
}: WebWorldOptions = {}): Promise<WebWorld> {
  await using opened = new AsyncDisposableStack();
  let living: AsyncDisposableStack = opened;
  const names = services.filter((name) => name === "users" || only.includes(name));
  const nats = opened.use(await temporaryBroker());
  const ports = new Map<ServiceName, number>();
  for (const name of services) ports.set(name, await freePort());
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${ports.get(name)}`;
  const peers = Object.fromEntries(
    services.map((name) => [`${name.toUpperCase()}_URL`, urlOf(name)]),
  );
  const running = new Map<ServiceName | "web", RunningService>();
  const start = async (name: ServiceName | "web", environment: Record<string, string>) => {
    const port = name === "web" ? await freePort() : ports.get(name);
    const options = { startDeadlineMs: START_DEADLINE_MS * patience, ...(port && { port }) };
    const service = living.use(await startService(name, { ...peers, ...environment }, options));
    // A test that is over has nothing in flight that is worth a drain.
    living.defer(() => service.process.kill());
    running.set(name, service);
  };
  const databases = new Map<ServiceName, string>();
  const startWithDatabase = async (name: ServiceName, more: Record<string, string> = {}) => {
    const url = databases.get(name) ?? opened.use(await temporaryDatabase(name)).url;
    databases.set(name, url);
    await start(name, {
      DATABASE_URL: url,
      NATS_URL: nats.url,
      ...(name !== "users" && { JWKS_URL: `${urlOf("users")}${JWKS_PATH}` }),
      ...(demo && { DEMO: "on" }),
      ...settingsOf[name],
      ...settings[name],
      ...more,
    });
  };
  await Promise.all([...names.map((name) => startWithDatabase(name)), start("web", {})]);

  const service: WebWorld["service"] = (name) => {
    const found = running.get(name);
    if (!found) throw new Error(`this world has no ${name}`);
    return found;
  };
  const calls = webCalls(service("web").url);
  // A service that asked for the issuer's keys before there was one looks again after a while only.
  const token = await calls.tokenOf("operator");
  for (const name of names) {
    await eventually(async () => {
      const { status } = await calls.call("GET", `/ops/${name}/v1/outbox`, { token });
      if (status !== 200) throw new Error(`${name} takes no token yet: ${status}`);
    });
  }
  if (demo && names.includes("orders")) {
    await seedDemo({
      ordersUrl: urlOf("orders"),
      inventoryUrl: urlOf("inventory"),
      token: async () => token,
    });
  }

  const owned = opened.move();
  living = owned;
  return {
    ...calls,
    nats,
    service,
    async restart(name, more = {}) {
      await service(name).process.kill();
      await startWithDatabase(name, more);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
