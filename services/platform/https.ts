import { connect, type Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Certificate, WatchedCertificate } from "./certificate.ts";
import { type HttpServer, type HttpSettings, portFault, serveHttp } from "./http.ts";
import type { Random } from "./random.ts";
import { supervise } from "./supervise.ts";

export interface HttpsSettings extends Omit<HttpSettings, "peerAddress"> {
  readonly certificate: WatchedCertificate;
  readonly random: Random;
  /** How often the certificate's files are looked at. Default 5 s. */
  readonly lookEveryMs?: number;
}

const LOOK_EVERY_MS = 5_000;
/** Who connects and does not come to the point is cut off. */
const HANDSHAKE_MS = 10_000;
const CONNECTIONS_MAX = 10_000;
const LOOPBACK = "127.0.0.1";

/**
 * Serves what `serveHttp` does over TLS, and takes up a new certificate when its files change, without
 * touching a connection: Bun cannot change the certificate of a server of its own, so that a TLS
 * listener, whose certificate can be changed, stands in front of one on the loopback and hands on
 * what it has decrypted. Rejects when the port is taken.
 */
export async function serveHttps(settings: HttpsSettings): Promise<HttpServer> {
  const { certificate, clock, random, log, lookEveryMs = LOOK_EVERY_MS } = settings;
  const callers = new Map<number, string>();
  const peerAddress = ({ port }: { readonly port: number }) => callers.get(port);
  const behind = serveHttp({ ...settings, hostname: LOOPBACK, port: 0, peerAddress });
  const open = new Set<TLSSocket>();
  let served = certificate.current();
  const front = createServer({ ...pairOf(served), handshakeTimeout: HANDSHAKE_MS }, (caller) =>
    handOn(caller, { to: behind.port, callers, open }),
  );
  front.maxConnections = CONNECTIONS_MAX;
  const port = await listening(front, settings).catch(async (error) => {
    await behind.stop(0);
    throw error;
  });

  const looking = supervise(
    "certificate watch",
    async (signal) => {
      while (!signal.aborted) {
        await clock.sleep(lookEveryMs, signal);
        if (signal.aborted) return;
        await certificate.look();
        const found = certificate.current();
        if (found === served) continue;
        front.setSecureContext(pairOf(found));
        served = found;
        log.info("serving with a new certificate", {
          port,
          expiresAt: found.expiresAt.toISOString(),
        });
      }
    },
    { clock, random, log },
  );

  return {
    port,
    url: `https://${settings.hostname}:${port}`,
    async stop(graceMs) {
      await looking[Symbol.asyncDispose]();
      front.close();
      await behind.stop(graceMs);
      for (const socket of open) socket.destroy();
    },
  };
}

interface Handing {
  readonly to: number;
  /** Who called, by the port from which it is handed on. */
  readonly callers: Map<number, string>;
  readonly open: Set<TLSSocket>;
}

/** Joins a caller's connection with one to the server behind; when one of them ends, so does the other. */
function handOn(caller: TLSSocket, { to, callers, open }: Handing): void {
  const onward = connect({ port: to, host: LOOPBACK });
  let from: number | undefined;
  const end = () => {
    if (from !== undefined) callers.delete(from);
    open.delete(caller);
    caller.destroy();
    onward.destroy();
  };
  open.add(caller);
  for (const socket of [caller, onward] satisfies Socket[])
    socket.on("error", end).on("close", end);
  onward.once("connect", () => {
    from = onward.localPort;
    if (from !== undefined && caller.remoteAddress) callers.set(from, caller.remoteAddress);
    caller.pipe(onward).pipe(caller);
  });
}

function listening(
  front: Server,
  { port, hostname }: Pick<HttpSettings, "port" | "hostname">,
): Promise<number> {
  return new Promise((resolve, reject) => {
    front.once("error", (error) => reject(portFault(error, { port, hostname })));
    // Who does not speak TLS, or does not trust us, is no fault of ours.
    front.on("tlsClientError", (_, socket) => socket.destroy());
    front.listen({ port, host: hostname, exclusive: true }, () => {
      const address = front.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function pairOf({ cert, key }: Certificate) {
  return { cert, key };
}
