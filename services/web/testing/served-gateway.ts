import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { callerAddress } from "@app/platform/caller-address.ts";
import type { HttpSettings } from "@app/platform/http.ts";
import { type ServedHttp, servedHttp } from "@app/platform/testing/served-http.ts";
import type { BuiltClient } from "../build/built-client.ts";
import { gateway } from "../gateway/gateway.ts";
import { type ProxySettings, proxyTo, type ServiceProxy } from "../gateway/proxy.ts";
import type { ServiceName } from "../gateway/routes.ts";
import { type StaticFiles, staticFiles } from "../gateway/static-files.ts";

export interface ServedGateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly proxy: ServiceProxy;
  readonly lines: ServedHttp["lines"];
}

/** A port on which nobody listens. */
const NOWHERE = "http://127.0.0.1:1";

/** A gateway on a real socket, before the services given; the others are away. */
export function servedGateway(
  upstreams: Partial<Record<ServiceName, string | readonly string[]>>,
  settings: Partial<Omit<ProxySettings, "upstreams">> & Partial<HttpSettings> = {},
): ServedGateway {
  const { streamsMax = 100, answerMs, patienceMs, ...http } = settings;
  const at = (service: ServiceName) => [upstreams[service] ?? NOWHERE].flat();
  const proxy = proxyTo({
    upstreams: {
      orders: at("orders"),
      inventory: at("inventory"),
      events: at("events"),
      bookings: at("bookings"),
      users: at("users"),
      reviews: at("reviews"),
    },
    streamsMax,
    ...(answerMs !== undefined && { answerMs }),
    ...(patienceMs !== undefined && { patienceMs }),
  });
  const served = servedHttp({
    handlers: [gateway({ files: someFiles(), proxy })],
    callerAddress: callerAddress([]),
    ...http,
  });
  return {
    url: served.server.url,
    port: served.server.port,
    proxy,
    lines: served.lines,
    async [Symbol.asyncDispose]() {
      proxy.close();
      await served[Symbol.asyncDispose]();
    },
  };
}

/** A client of two pages, a script and an icon, as a build leaves it. */
export function someFiles(): StaticFiles {
  const folder = mkdtempSync(join(tmpdir(), "built-client-"));
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return name;
  };
  try {
    const script = "export const much = 'much';\n".repeat(100);
    const built: BuiltClient = {
      key: "0123456789abcdef",
      pages: { customer: "/customer.html", console: "/console.html" },
      files: [
        ...["customer", "console"].map((app) => ({
          path: `/${app}.html`,
          type: "text/html; charset=utf-8",
          immutable: false,
          etag: `W/"${app}"`,
          forms: { identity: write(`${app}.html`, `<!doctype html><title>${app}</title>`) },
        })),
        {
          path: "/assets/customer-1.js",
          type: "text/javascript; charset=utf-8",
          immutable: true,
          etag: 'W/"script"',
          forms: {
            identity: write("script.js", script),
            br: write("script.js.br", brotliCompressSync(script)),
            gzip: write("script.js.gz", gzipSync(script)),
          },
        },
        {
          path: "/favicon.svg",
          type: "image/svg+xml",
          immutable: false,
          etag: 'W/"icon"',
          forms: { identity: write("favicon.svg", "<svg/>") },
        },
      ],
    };
    return staticFiles({ folder, built });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
