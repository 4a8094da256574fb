import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plugin } from "bun";
import { skewClock } from "./skewed-clock.ts";

/** What a file says, and what it says in a fault run. */
interface Change {
  readonly file: RegExp;
  readonly from: string;
  readonly to: string;
}

/**
 * Preloaded into a service's process: its own main.ts is hosted by `faulty-host.ts`, and the
 * broker's dedup window is so short that a pause of seconds outlives it.
 */
const changes: readonly Change[] = [
  {
    file: /\/services\/(?:orders|inventory)\/main\.ts$/,
    from: '"@app/platform/host.ts"',
    to: JSON.stringify(join(import.meta.dir, "faulty-host.ts")),
  },
  {
    file: /\/services\/platform\/messaging\/topology\.ts$/,
    from: "duplicate_window: nanos(120_000)",
    to: "duplicate_window: nanos(1_500)",
  },
];

const skewMs = Number(process.env.CLOCK_SKEW_MS ?? 0);
if (skewMs !== 0) skewClock(skewMs);

plugin({
  name: "fault run",
  setup(build) {
    for (const { file, from, to } of changes)
      build.onLoad({ filter: file }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        if (!text.includes(from)) throw new Error(`${path} does not say ${from} any more`);
        return { contents: text.replace(from, to), loader: "ts" };
      });
  },
});
