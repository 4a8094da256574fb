import type { AppName } from "../build/bundle.ts";
import type { Asked } from "./asked-path.ts";

/** What a browser may open that is no page of ours. */
const notPages =
  /^\/(?:healthz|livez|readyz|\.well-known\/.*|bookings\/[^/]+\/ticket|(?:openapi|asyncapi|problems|assets)\/.*)$/;

/** Where a page stands whoever asks for it, because nothing else does. */
const onlyPages = /^\/(?:console(?:\/.*)?)?$/;

/**
 * Whether a request is answered with a page: a browser that goes somewhere is, whatever the path,
 * because its script finds out what to show there.
 */
export function wantsPage({ method, headers }: Request, { path }: Asked): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  if (notPages.test(path)) return false;
  if (onlyPages.test(path)) return true;
  return headers.get("sec-fetch-mode") === "navigate" || prefersHtml(headers.get("accept"));
}

/** Which app's page stands at a path. */
export function appAt({ path }: Asked): AppName {
  return path === "/console" || path.startsWith("/console/") ? "console" : "customer";
}

/** Whether HTML is named, and nothing is wanted more. Of two that are wanted alike the first counts. */
function prefersHtml(accept: string | null): boolean {
  if (accept === null) return false;
  let best = { type: "", quality: 0 };
  for (const part of accept.split(",", ACCEPTED_MAX)) {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const [, quality = "1"] = parameters.map((text) => /^q=(.*)$/.exec(text)).find(Boolean) ?? [];
    if (Number(quality) > best.quality) best = { type, quality: Number(quality) };
  }
  return best.type === "text/html" || best.type === "application/xhtml+xml";
}

const ACCEPTED_MAX = 32;
