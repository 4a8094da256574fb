import { z } from "zod";
import { type Finding, fine, notFine } from "./diagnosis.ts";

const LIMIT_MS = 5_000;

const Readiness = z.object({
  checks: z.record(z.string(), z.object({ status: z.string(), problem: z.string().optional() })),
});

/** What the gateway says of itself and of each service behind it; nothing where nobody knows of one. */
export async function examineWeb(url: string | undefined): Promise<Finding[]> {
  if (url === undefined) return [];
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const { checks } = Readiness.parse(await response.json());
    const findings = Object.entries(checks).map(([name, { status, problem = status }]) =>
      status === "ok"
        ? fine(`web to ${name}`, "ok")
        : notFine("warn", {
            about: `web to ${name}`,
            found: problem,
            wayOut: `start ${name}, or look at ${name.toUpperCase()}_URL of web`,
          }),
    );
    return [fine("web", url), ...findings];
  } catch {
    const found = `nothing of ours answers at ${url}`;
    return [notFine("fail", { about: "web", found, wayOut: "start web, or look at WEB_URL" })];
  }
}
