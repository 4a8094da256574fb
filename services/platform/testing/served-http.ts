import { authenticator } from "../auth.ts";
import { systemClock } from "../clock.ts";
import { type HttpServer, type HttpSettings, serveHttp } from "../http.ts";
import { systemRandom } from "../random.ts";
import { type RecordedLine, recordedLog } from "./recorded-log.ts";

/** A server on a free port, with the lines of its log. Disposing it cuts what is in flight. */
export interface ServedHttp extends AsyncDisposable {
  readonly server: HttpServer;
  readonly lines: readonly RecordedLine[];
}

/** Serves on a real socket with what every server has to have, and `settings` on top. */
export function servedHttp(settings: Partial<HttpSettings>): ServedHttp {
  const { log, lines } = recordedLog();
  const server = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    health: ({ url }) => (url.endsWith("/healthz") ? new Response("ok") : undefined),
    handlers: [],
    authenticate: authenticator("optional"),
    log,
    clock: systemClock,
    random: systemRandom,
    ...settings,
  });
  return { server, lines, [Symbol.asyncDispose]: () => server.stop(0) };
}
