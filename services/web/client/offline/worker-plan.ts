/** What the service worker does about a request; it touches nothing else. */
export type WorkerPlan =
  /** The page of the app: from the network, and the one of the kept release where there is none. */
  | "page"
  /** A file whose name changes with its content: once kept it is good for ever. */
  | "asset"
  /** Icons and the manifest: from the network, and as the kept release has them where there is none. */
  | "icon"
  | "pass";

/** As much of a request as decides about it. */
export interface WorkerRequest {
  readonly method: string;
  readonly mode: string;
  readonly url: string;
}

/** Where the gateway answers a navigation with something else than this app's page. */
const NOT_THE_APP =
  /^\/(?:console(?:\/.*)?|healthz|livez|readyz|\.well-known\/.*|(?:openapi|asyncapi|problems|assets)\/.*|bookings\/[^/]+\/ticket)$/;
const ICON = /^\/(?:favicon\.svg|icon-[\w-]+\.png|manifest\.webmanifest)$/;

/**
 * Decides by the request alone. Calls are never kept: what they answer is true at that moment, and
 * some of it is for one person.
 */
export function planFor({ method, mode, url }: WorkerRequest, origin: string): WorkerPlan {
  const { origin: asked, pathname } = new URL(url);
  if (method !== "GET" || asked !== origin) return "pass";
  if (mode === "navigate") return NOT_THE_APP.test(pathname) ? "pass" : "page";
  if (pathname.startsWith("/assets/")) return "asset";
  return ICON.test(pathname) ? "icon" : "pass";
}
