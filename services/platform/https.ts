import type { Certificate, WatchedCertificate } from "./certificate.ts";
import { type HttpServer, type HttpSettings, requireFreePort, serveHttp } from "./http.ts";
import type { Random } from "./random.ts";
import { supervise } from "./supervise.ts";

export interface HttpsSettings extends Omit<HttpSettings, "tls"> {
  readonly certificate: WatchedCertificate;
  readonly random: Random;
  /** How often the certificate's files are looked at. Default 5 s. */
  readonly lookEveryMs?: number;
}

const LOOK_EVERY_MS = 5_000;
/** How long a request that began under the old certificate may take under the new one. */
const DRAIN_MS = 60_000;

/**
 * Serves what `serveHttp` does over TLS, and takes up a new certificate when its files change. Bun
 * cannot change the certificate of a server that listens, so a second one takes over the port: from
 * then on connections come to it, while the first one finishes what it has begun. Throws when the
 * port is taken by another process.
 */
export function serveHttps(settings: HttpsSettings): HttpServer {
  const { certificate, clock, random, log, lookEveryMs = LOOK_EVERY_MS } = settings;
  requireFreePort(settings);
  const serve = (port: number, tls: Certificate) => serveHttp({ ...settings, port, tls });
  let served = certificate.current();
  let server = serve(settings.port, served);
  const { port } = server;
  const draining = new Set<Promise<void>>();

  const changeOver = (renewed: Certificate) => {
    const old = server;
    server = serve(port, renewed);
    served = renewed;
    const drained = old.stop(DRAIN_MS).finally(() => draining.delete(drained));
    draining.add(drained);
    log.info("serving with a new certificate", {
      port,
      expiresAt: renewed.expiresAt.toISOString(),
    });
  };
  const looking = supervise(
    "certificate watch",
    async (signal) => {
      while (!signal.aborted) {
        await clock.sleep(lookEveryMs, signal);
        if (signal.aborted) return;
        await certificate.look();
        const found = certificate.current();
        if (found !== served) changeOver(found);
      }
    },
    { clock, random, log },
  );

  return {
    port,
    url: `https://${settings.hostname}:${port}`,
    async stop(graceMs) {
      await looking[Symbol.asyncDispose]();
      await Promise.race([Promise.all([server.stop(graceMs), ...draining]), clock.sleep(graceMs)]);
    },
  };
}
