const HIDDEN = "***";
const DEPTH_MAX = 6;
const ENTRIES_MAX = 100;
const TEXT_MAX = 4_096;

const SECRET_NAME =
  /authori[sz]ation|cookie|passw|secret|token|api-?_?key|private-?_?key|credential|passphrase/i;

/** Secrets that travel inside longer texts, each with the part that may stay. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]+@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, HIDDEN],
  // Refresh tokens and password hashes, of the users service.
  [/\bqbr_[\w-]{6,}/g, HIDDEN],
  [/\$argon2id\$[\w$=,+/-]+/g, HIDDEN],
  [/\b(password|passwd|secret|token|api_?key)=[^\s&;,"']+/gi, `$1=${HIDDEN}`],
  // A failed query's message ends with its parameters, which are the callers' data.
  [/(\nparams: ).*?(?=\n\s+at |$)/gs, `$1${HIDDEN}`],
];

/** What none of those secrets goes without, so that most texts are looked through once. */
const SECRET_SIGN = /:\/\/|bearer|basic|eyJ|qbr_|\$argon2id\$|=|\nparams: /i;

/** A text without the secrets it may quote, cut at 4 KB. */
export function redactText(text: string): string {
  let safe = cut(text);
  if (!SECRET_SIGN.test(safe)) return safe;
  for (const [pattern, replacement] of SECRET_TEXTS) safe = safe.replace(pattern, replacement);
  return safe;
}

/** Cuts between words: half a secret would no longer be recognised as one. */
function cut(text: string): string {
  if (text.length <= TEXT_MAX) return text;
  const start = text.slice(0, TEXT_MAX);
  const lastGap = Math.max(start.lastIndexOf(" "), start.lastIndexOf("\n"));
  return `${start.slice(0, Math.max(lastGap, 0))}… (${text.length} characters)`;
}

/**
 * A copy fit for a log line: secrets hidden by the name of their field and inside
 * texts, errors with their causes, and limits on depth, entries and length, so
 * that no value, however large or circular, can break the line.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return `<${typeof value}>`;
  if (typeof value !== "object" || value === null) return value;

  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (depth >= DEPTH_MAX) return "<too deep>";
  if (value instanceof Error) return redactError(value, depth);
  if (value instanceof Map) return redact(Object.fromEntries(value), depth);
  if (value instanceof Set) return redact([...value], depth);
  if (Array.isArray(value)) {
    return value.slice(0, ENTRIES_MAX).map((entry) => redact(entry, depth + 1));
  }
  return redactFields(value, depth);
}

function redactFields(fields: object, depth: number): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields).slice(0, ENTRIES_MAX)) {
    safe[name] = SECRET_NAME.test(name) && field !== undefined ? HIDDEN : redact(field, depth + 1);
  }
  return safe;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? redact(error.code, depth + 1) : undefined;
  return {
    name,
    message: redactText(message),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack: redactText(stack) }),
    ...(error instanceof AggregateError ? { errors: redact(error.errors, depth + 1) } : {}),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}
