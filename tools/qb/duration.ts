const units: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
];

/** A span of time as people say it, in its largest unit: `340 ms`, `12 s`, `3 d`. */
export function duration(ms: number): string {
  const [size, unit] = units.find(([size]) => ms >= size) ?? [1, "ms"];
  return `${Math.floor(ms / size)} ${unit}`;
}

/** How long ago an instant was, by this machine's clock. */
export function ageOf(instant: string | null): string | null {
  return instant === null ? null : duration(Math.max(0, Date.now() - Date.parse(instant)));
}
