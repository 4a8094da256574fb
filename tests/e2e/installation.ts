import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { streams } from "@app/contracts/topology.ts";
import { type PostgresServer, startPostgres } from "@app/dev/infrastructure/postgres-server.ts";
import { findPostgres } from "@app/dev/infrastructure.ts";
import { scratchDirectory } from "@app/dev/test-infrastructure/scratch.ts";
import { migrate, readMigrations } from "@app/platform/migrate.ts";
import { type Collector, collector } from "@app/platform/testing/collector.ts";
import { type KeyedBroker, keyedBroker } from "@app/platform/testing/keyed-broker.ts";
import { type RunningService, startService } from "@app/platform/testing/service.ts";
import { JWKS_PATH } from "@app/platform/token-claims.ts";
import postgres from "postgres";

export const installedServices = [
  "users",
  "inventory",
  "orders",
  "events",
  "bookings",
  "reviews",
] as const;
export type InstalledService = (typeof installedServices)[number];

/** All services with the roles, keys and secrets that an installation is made with, and a collector. */
export interface Installation extends AsyncDisposable {
  readonly server: PostgresServer;
  readonly nats: KeyedBroker;
  readonly told: Collector;
  readonly operator: { readonly email: string; readonly password: string };
  service(name: InstalledService): RunningService;
  /** What nobody may ever read anywhere, by what it is. */
  readonly secrets: ReadonlyMap<string, string>;
  /** As its owner makes tables, and as the service uses them. */
  databaseUrl(name: InstalledService, role?: "owner"): string;
}

const repository = resolve(import.meta.dir, "../..");
const operatorEmail = "operator@example.com";

export async function openInstallation(): Promise<Installation> {
  await using opened = new AsyncDisposableStack();
  const directory = join(scratchDirectory(), "installations", crypto.randomUUID());
  mkdirSync(directory, { recursive: true });
  const program = await findPostgres();
  const server = opened.use(
    await startPostgres({ program, directory: join(directory, "postgres"), throwAway: true }),
  );
  const made = join(directory, "made");
  await makeSecrets(made, new URL(server.url).host);
  const secret = async (file: string) => (await Bun.file(join(made, file)).text()).trim();
  await createRoles(server.url, await secret("postgres-roles.sql"));
  const nats = opened.use(await keyedBroker(streams));
  const told = opened.use(collector());

  const urls = new Map<string, string>();
  const secrets = new Map([["the collector's key", `canary-${crypto.randomUUID()}`]]);
  for (const file of [
    "users-signing-key-secret",
    "bookings-signing-key-secret",
    "reviews-author-secret",
    "operator-password",
  ])
    secrets.set(file, await secret(file));
  for (const name of installedServices) {
    for (const role of [name, `${name}-owner`]) {
      const url = await secret(`${role}-database-url`);
      urls.set(role, url);
      secrets.set(`${role}-database-url`, new URL(url).password);
    }
    secrets.set(`${name}-nkey`, nats.seedOf(name));
    await Bun.write(join(made, `${name}-nkey`), nats.seedOf(name));
    await migrate(
      urls.get(`${name}-owner`) ?? "",
      readMigrations(join(repository, "drizzle", name)),
    );
  }

  const running = new Map<string, RunningService>();
  for (const name of installedServices) {
    const users = running.get("users");
    const service = await startService(name, {
      NODE_ENV: "production",
      AUTH: "required",
      TOPOLOGY: "expect",
      RECONCILE_EVERY: "1s",
      // At its most talkative.
      LOG_LEVEL: "debug",
      NATS_URL: nats.url,
      NATS_NKEY_SEED_FILE: join(made, `${name}-nkey`),
      DATABASE_URL_FILE: join(made, `${name}-database-url`),
      OTEL_EXPORTER_OTLP_ENDPOINT: told.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: `api-key=${secrets.get("the collector's key")}`,
      SIGNING_KEY_SECRET: "",
      AUTHOR_SECRET: "",
      ...(users && { JWKS_URL: `${users.url}${JWKS_PATH}` }),
      ...(["users", "bookings"].includes(name) && {
        SIGNING_KEY_SECRET_FILE: join(made, `${name}-signing-key-secret`),
      }),
      ...(name === "reviews" && { AUTHOR_SECRET_FILE: join(made, "reviews-author-secret") }),
      ...(name === "users" && {
        OPERATOR_EMAIL: operatorEmail,
        OPERATOR_PASSWORD_FILE: join(made, "operator-password"),
      }),
    });
    running.set(name, opened.use(service));
    opened.defer(() => service.process.kill());
  }

  const owned = opened.move();
  return {
    server,
    nats,
    told,
    secrets,
    operator: { email: operatorEmail, password: secrets.get("operator-password") ?? "" },
    service: (name) => known(running, name),
    databaseUrl: (name, role) => known(urls, role ? `${name}-${role}` : name),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function known<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

async function makeSecrets(folder: string, host: string): Promise<void> {
  const script = join(repository, "deploy/secrets/make-secrets.sh");
  const child = Bun.spawn(["bash", script, folder, "--postgres", host], { stdout: "ignore" });
  if ((await child.exited) !== 0) throw new Error("the secrets could not be made");
}

/** As psql runs it: each statement for itself, in the database that was connected to last. */
async function createRoles(serverUrl: string, script: string): Promise<void> {
  const parts = `\\connect postgres\n${script}`.split(/^\\connect /m).slice(1);
  for (const part of parts) {
    const [database = "", ...lines] = part.split("\n");
    const sql = postgres(new URL(`/${database.trim()}`, serverUrl).href, { max: 1 });
    try {
      for (const statement of lines.join("\n").split(/;\s*\n?/)) {
        if (statement.trim() !== "") await sql.unsafe(statement);
      }
    } finally {
      await sql.end({ timeout: 5 });
    }
  }
}
