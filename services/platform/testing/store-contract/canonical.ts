/**
 * A value in the one form in which two stores' answers can be compared: sets and maps as sorted
 * arrays, bytes as hex, fields that are undefined left out.
 */
export function canonical(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Error) return { thrown: value.message };
  if (value instanceof Map) return sorted([...value].map(canonical));
  if (value instanceof Set) return sorted([...value].map(canonical));
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.sort(byName).map(([name, field]) => [name, canonical(field)]));
}

const sorted = (values: unknown[]): unknown[] =>
  values.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
