import { join } from "node:path";
import type { QuickBite } from "./quickbite.ts";

/** How one call of the command line ended. */
export interface QbRun {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  /** The one JSON document that it wrote. */
  json(): unknown;
  /** The JSON documents that it wrote, one a line. */
  lines(): readonly unknown[];
}

const root = join(import.meta.dir, "../..");

/** Runs `qb` as a process of its own, as a shell would, with nothing but these settings. */
export async function runQb(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<QbRun> {
  const child = Bun.spawn([process.execPath, "tools/qb/main.ts", ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return {
    code,
    out,
    error,
    json: () => JSON.parse(out),
    lines: () =>
      out
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
  };
}

/** The same on a world of a test's own. */
export const qbOn =
  ({ orders: [orders], inventory: [inventory], nats }: QuickBite) =>
  (...args: readonly string[]): Promise<QbRun> =>
    runQb(args, { ORDERS_URL: orders.url, INVENTORY_URL: inventory.url, NATS_URL: nats.url });
