import { authenticator } from "@app/platform/auth.ts";
import { callerAddress } from "@app/platform/caller-address.ts";
import { systemClock as clock } from "@app/platform/clock.ts";
import { healthOf } from "@app/platform/health.ts";
import { serveHttp } from "@app/platform/http.ts";
import { runService } from "@app/platform/lifecycle.ts";
import { startLog } from "@app/platform/log.ts";
import { serveMetrics } from "@app/platform/metrics.ts";
import { systemRandom as random } from "@app/platform/random.ts";
import { refuseUnserved } from "@app/platform/request-context.ts";
import { traceWhereWanted } from "@app/platform/tracing.ts";
import { presentClient } from "./build/present-client.ts";
import { readWebConfig, requireRequests } from "./config.ts";
import { gateway } from "./gateway/gateway.ts";
import { gatewayMetrics } from "./gateway/gateway-metrics.ts";
import { proxyTo } from "./gateway/proxy.ts";
import { staticFiles } from "./gateway/static-files.ts";
import { upstreamChecks } from "./gateway/upstreams.ts";

const name = "web";

await runService({ name }, async ({ onDrain, onClose }) => {
  const settings = readWebConfig();
  requireRequests(settings);
  refuseUnserved();
  const { HOST: hostname, STREAMS_MAX: streamsMax } = settings;
  const log = startLog({ service: name, level: settings.LOG_LEVEL });
  await traceWhereWanted(name, settings, { onClose, log });
  const upstreams = {
    orders: settings.ORDERS_URL,
    inventory: settings.INVENTORY_URL,
    events: settings.EVENTS_URL,
    bookings: settings.BOOKINGS_URL,
    users: settings.USERS_URL,
    reviews: settings.REVIEWS_URL,
  };
  const files = staticFiles(await presentClient(log));
  const proxy = proxyTo({ upstreams, streamsMax });
  const health = healthOf({ clock, checks: upstreamChecks(upstreams) });
  onDrain(health.drain);
  onDrain(proxy.close);

  const { registry, meter } = gatewayMetrics(name, { health, proxy });
  const http = serveHttp({
    port: settings.PORT,
    hostname,
    health: health.handler,
    handlers: [gateway({ files, proxy })],
    // Who calls is the matter of the services; here callers are told apart by their address alone.
    authenticate: authenticator("optional"),
    callerAddress: callerAddress(settings.TRUSTED_PROXIES ?? []),
    ...{ meter, log, clock, random },
  });
  onClose("http", http.stop);

  const metrics = serveMetrics({ hostname, port: settings.METRICS_PORT, registry });
  onClose("metrics", async () => metrics[Symbol.asyncDispose]());
  log.info("ready", { url: http.url, metrics: metrics.url });
});
