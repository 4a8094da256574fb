import { BookingsConfig } from "@app/bookings/config.ts";
import { EventsConfig } from "@app/events/config.ts";
import { InventoryConfig } from "@app/inventory/config.ts";
import { OrdersConfig } from "@app/orders/config.ts";
import { settingNotes } from "@app/platform/config.ts";
import { ReviewsConfig } from "@app/reviews/config.ts";
import { UsersConfig } from "@app/users/config.ts";
import { WebConfig } from "@app/web/config.ts";
import { z } from "zod";
import { toolSettings } from "./tool-settings.ts";

const services: Readonly<Record<string, z.ZodObject>> = {
  orders: OrdersConfig,
  inventory: InventoryConfig,
  events: EventsConfig,
  bookings: BookingsConfig,
  users: UsersConfig,
  reviews: ReviewsConfig,
  web: WebConfig,
};

/** What each setting is for, in words that its schema does not have. */
const meanings: Readonly<Record<string, string>> = {
  DATABASE_URL:
    "The service's own database. The leader's lock needs a direct connection: no pooler. With `?sslmode=verify-full` it is spoken to by TLS and has to prove its name; `NODE_EXTRA_CA_CERTS` names the file of an authority of one's own.",
  DATABASE_MIGRATE_URL:
    "The role that owns the tables, for migrations; `DATABASE_URL` when not set.",
  DATABASE_CONNECTIONS_MAX:
    "Connections for requests; the core has 4 more of its own, and the leader's lock one.",
  NATS_URL: "A comma list of servers.",
  NATS_NKEY_SEED:
    "The secret of the nkey that names the service to the broker, where the broker asks; the migrate job has another, which may make streams and durables.",
  STREAM_REPLICAS: "Copies of each message in a cluster.",
  TOPOLOGY: "`apply` makes missing streams at start, `expect` leaves that to a job.",
  OUTBOX_KEEP: "How long sent messages are kept in case the broker forgets them, at least.",
  DEAD_LETTERS_KEEP:
    "How long a dead letter is kept after it was handled or discarded, with its revisions, and a redrive run after its end; what they were is in the audit, which is kept for ever.",
  ATTEMPTS_MAX: "After so many failed attempts a message is a dead letter.",
  RETRY_BASE: "The delay after the first failed attempt; each later one is four times as long.",
  PARKED_PER_LANE_MAX: "Messages parked behind one key.",
  HANDLER_TIMEOUT:
    "A message whose handler takes longer has failed, like one whose handler throws.",
  LANE_GAP_AFTER: "How long a lane waits for a version before the stream is asked for it.",
  PARKED_MAX: "Messages parked by one consumer.",
  RECONCILE_EVERY: "How often it is checked that no message was lost unseen.",
  AUTH: "`required` wants a token for every call that is not public; `optional` is refused in production.",
  JWKS_URL:
    "Where the public keys of the tokens' issuer are. Without it nobody issues tokens when `AUTH=optional`, and operators need none; when `AUTH=required` it is the users service, `http://127.0.0.1:8383/.well-known/jwks.json`.",
  OTEL_EXPORTER_OTLP_ENDPOINT:
    "Where a collector takes OTLP over HTTP, such as `http://127.0.0.1:4318`: it is told of traces. Without it nothing of tracing is loaded.",
  OTEL_EXPORTER_OTLP_HEADERS:
    "What the collector wants to be sent with each request, a comma list of `name=value`.",
  OTEL_EXPORTER_OTLP_TIMEOUT:
    "Milliseconds that the collector may take for a batch; a service that stops waits no longer for its last spans.",
  OTEL_TRACES_SAMPLER_ARG:
    "The share of traces that begin here and are told, 0 to 1; a trace that comes with a request or a message is told as its beginner decided.",
  LOG_LEVEL:
    "`debug`, `info`, `warning` or `error`. `info` has a line for each request, `debug` one for each message as well.",
  HOST: "The address to listen on.",
  TRUSTED_PROXIES:
    "Addresses and networks of the proxies in front, such as `192.0.2.0/24`: what they say in `X-Forwarded-For` tells callers apart, for limits by network address.",
  CORS_ORIGINS:
    "Origins of pages that may call the service directly and not through the gateway, such as `https://app.example.com`: exactly these, with their reader's credentials, cookies of the same site included; without it browsers let no other origin read anything.",
  BUN_CONFIG_MAX_HTTP_REQUESTS:
    "How many requests the runtime sends at the same time, streams included; where it is below `STREAMS_MAX` and 1000 more, the process starts itself anew with so many.",
  STREAMS_PER_CALLER_MAX:
    "So many streams, server-sent events and streaming RPCs together, one caller may have open at one process, or one network address where no caller is known; the next is answered with 429, or RESOURCE_EXHAUSTED.",
  PORT: "REST, Connect, gRPC-Web and health.",
  DEMO: "`on` makes demo data, or answers the calls that it needs; refused in production.",
  GRPC_PORT: "Native gRPC with reflection and health.",
  HTTPS_PORT: "The same over TLS, when there is a certificate.",
  TLS_CERT_FILE:
    "The certificate as PEM, with those that vouch for it; a change is taken up within 5 s, without a restart.",
  TLS_KEY_FILE: "Its key as PEM.",
  METRICS_PORT: "`/metrics` and nothing else.",
  INVENTORY_URL:
    "Where inventory answers: for web, whose calls go there, a comma list of its replicas, asked in turn; and for orders, so that `why` can tell what an order waits for there; without it orders does not ask.",
  ORDERS_URL: "Where orders answers: its replicas in a comma list, asked in turn.",
  EVENTS_URL: "Where events answers, in the same way.",
  BOOKINGS_URL: "Where bookings answers, in the same way.",
  USERS_URL: "Where users answers, in the same way.",
  REVIEWS_URL: "Where reviews answers, in the same way.",
  STREAMS_MAX:
    "So many answers may go on through one gateway at the same time, of all callers together; the next is answered with 503.",
  OUTBOX_MAX: "So many messages may wait for the broker; then new orders are refused.",
  HOLD_FOR: "How long seats are held for somebody who has not booked yet.",
  HOLDS_PER_CUSTOMER_MAX:
    "So many holds one customer may have open at the same time, of all events together; the next is answered with 429.",
  ORDER_DEADLINE: "How long an order may stay undecided while the broker answers.",
  SIGNING_KEY_SECRET:
    "What the keys that sign tokens, or tickets, are sealed with in the database: with another one the service does not start. Each service has its own.",
  AUTHOR_SECRET:
    "What accounts become authors with, so that nothing in the database of reviews leads back to them: with another one all who wrote before are strangers. Keep it with the backups.",
  WRITES_PER_DAY_MAX:
    "So many reviews, comments and reports one person may write in a day; the next is answered with 429.",
  SESSION_LIFETIME: "From signing in to the end of the session, however often it is refreshed.",
  SIGN_IN_FAILURES_PER_ACCOUNT:
    "So many failed sign-ins of one account in five minutes; then it is refused for as long.",
  SIGN_IN_FAILURES_PER_ADDRESS:
    "So many failed sign-ins from one network address (of IPv6: one /64) in five minutes.",
  REGISTRATIONS_PER_ADDRESS: "So many registrations from one network address in an hour.",
  SECURE_COOKIES: "`off` lets browsers send cookies without TLS; refused in production.",
  OPERATOR_EMAIL:
    "The first operator, made at start unless the address has an account; needs `OPERATOR_PASSWORD`.",
  OPERATOR_PASSWORD: "The first operator's password, until it is changed.",
};

/** `docs/configuration.md`, from the schemas that the services read their environment by. */
export function settingsPage(): string {
  const names = new Set(Object.values(services).flatMap(({ shape }) => Object.keys(shape)));
  return [
    "# Configuration",
    "",
    "Written by `bun tests/house/write-settings-page.ts` from the services' schemas; a test holds it fresh.",
    "",
    "A service reads its environment once, at start, and names every fault at once. Values are trimmed and a",
    "blank one counts as missing. `NAME_FILE` names a file that holds the value of `NAME`, which is how secrets",
    "are mounted. Durations have a unit: `250ms`, `30s`, `15m`, `48h`, `7d`.",
    "",
    "| setting | default | meaning |",
    "|---|---|---|",
    ...[...names].map(
      (name) => `| \`${name}\`${onlyIn(name)} | ${defaultsOf(name)} | ${meaningOf(name)} |`,
    ),
    "",
    "## qb",
    "",
    ...toolTable(toolSettings.qb),
    "",
    "## bun run dev",
    "",
    "Its services get their settings from it; these are its own.",
    "",
    ...toolTable(toolSettings.dev),
    "",
  ].join("\n");
}

const toolTable = (settings: Readonly<Record<string, string>>) => [
  "| setting | meaning |",
  "|---|---|",
  ...Object.entries(settings).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
];

function meaningOf(name: string): string {
  const meaning = meanings[name];
  if (meaning === undefined) throw new Error(`say in settings-page.ts what ${name} is for`);
  return meaning;
}

function onlyIn(name: string): string {
  const all = Object.keys(services);
  const having = all.filter((service) => settingOf(service, name));
  const lacking = all.filter((service) => !having.includes(service));
  if (lacking.length === 0) return "";
  return lacking.length === 1 ? ` (all but ${lacking})` : ` (${having.join(", ")})`;
}

/** One default, or each service's own. */
function defaultsOf(name: string): string {
  const found = Object.keys(services).flatMap((service) => {
    const setting = settingOf(service, name);
    return setting ? [{ service, text: defaultOf(setting) }] : [];
  });
  const texts = new Set(found.map(({ text }) => text));
  if (texts.size === 1) return [...texts].join();
  return found.map(({ service, text }) => `${text} (${service})`).join(", ");
}

function defaultOf(setting: z.core.$ZodType): string {
  if (setting instanceof z.ZodOptional) return "none";
  if (setting instanceof z.ZodDefault || setting instanceof z.ZodPrefault) {
    return `\`${String(setting.def.defaultValue)}\``;
  }
  const example = settingNotes.get(setting)?.example;
  return example === undefined ? "required" : `required, such as \`${example}\``;
}

function settingOf(service: string, name: string): z.core.$ZodType | undefined {
  return services[service]?.shape[name];
}
