import { z } from "zod";
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import type { HealthCheck } from "./health.ts";
import type { Log } from "./log.ts";
import { TOKEN_ALGORITHM, TOKEN_CURVE } from "./token-claims.ts";
import { within } from "./within.ts";

/** Reads the issuer's key set (RFC 7517), as JSON that nobody has looked at yet. */
export type ReadKeys = (signal: AbortSignal) => Promise<unknown>;

export interface TokenKeysSettings {
  readonly read: ReadKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<TokenKeysLimits>;
}

export interface TokenKeysLimits {
  /** Keys older than this are read again while they go on being used. */
  readonly freshMs: number;
  /** Keys older than this are read again first; when that fails they are used all the same. */
  readonly staleMs: number;
  /** A token with an unknown key makes us ask at most once in this time, whoever sends it. */
  readonly unknownEveryMs: number;
  /** After a failure we ask at most once in this time. */
  readonly failedEveryMs: number;
  /** Services start side by side: for so long an issuer that does not answer yet is no trouble. */
  readonly startMs: number;
  readonly timeoutMs: number;
}

const defaultLimits: TokenKeysLimits = {
  freshMs: 60_000,
  staleMs: 120_000,
  unknownEveryMs: 10_000,
  failedEveryMs: 1_000,
  startMs: 10_000,
  timeoutMs: 2_000,
};

const KEYS_MAX = 16;

/** The public keys by which tokens are verified. */
export interface TokenKeys {
  /**
   * The key of that id, or undefined when the issuer has none. Throws a `Refusal` of kind
   * `unavailable` when the issuer could not be asked and the key is not known.
   */
  find(id: string): Promise<CryptoKey | undefined>;
  /** Not critical: calls that need no token go on, and known keys stay in use. */
  readonly check: HealthCheck;
}

/**
 * Keeps the issuer's keys. They are asked for when they are first needed, one request at a time, and
 * the last good ones stay in use for as long as the issuer is away. A key that the issuer no longer
 * shows is forgotten with the next reading.
 */
export function tokenKeys({ read, clock, log, limits: given }: TokenKeysSettings): TokenKeys {
  const limits = { ...defaultLimits, ...given };
  const startedAtMs = clock.monotonicMs();
  let keys: ReadonlyMap<string, CryptoKey> = new Map();
  let readAtMs = Number.NEGATIVE_INFINITY;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let problem: string | undefined = "not read yet";
  let reading: Promise<void> | undefined;

  const ageMs = () => clock.monotonicMs() - readAtMs;
  const mayRead = () => {
    const everyMs = problem === undefined ? limits.unknownEveryMs : limits.failedEveryMs;
    return reading === undefined && clock.monotonicMs() - triedAtMs >= everyMs;
  };
  const refresh = () => {
    triedAtMs = clock.monotonicMs();
    reading = readOnce().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const readOnce = async () => {
    try {
      const late = new Error(`no answer within ${limits.timeoutMs} ms`);
      const asked = read(AbortSignal.timeout(limits.timeoutMs));
      keys = await keysOf(await within(asked, limits.timeoutMs, late));
      readAtMs = clock.monotonicMs();
      if (problem !== undefined) log.info("token keys read", { keys: keys.size });
      problem = undefined;
    } catch (err) {
      const isStart = keys.size === 0 && clock.monotonicMs() - startedAtMs < limits.startMs;
      if (isStart) log.info("waiting for the issuer's token keys");
      else log.warn("token keys could not be read", { err, known: keys.size });
      problem = "the issuer's keys could not be read";
    }
  };

  return {
    async find(id) {
      const known = keys.get(id);
      if (known !== undefined && ageMs() < limits.freshMs) return known;
      const read = mayRead() ? refresh() : reading;
      if (known !== undefined && ageMs() < limits.staleMs) return known;
      await read;
      const found = keys.get(id);
      if (found === undefined && problem !== undefined) throw cannotVerify();
      return found;
    },
    check: {
      name: "token keys",
      critical: false,
      async probe() {
        if ((problem !== undefined || ageMs() >= limits.freshMs) && mayRead()) await refresh();
        if (problem !== undefined) throw new Refusal("unavailable", "token_keys_unread", problem);
      },
    },
  };
}

function cannotVerify(): Refusal {
  const text = "tokens cannot be verified at the moment";
  return new Refusal("unavailable", "token_keys_unavailable", text, { retryAfterSeconds: 2 });
}

const KeySet = z.object({ keys: z.array(z.unknown()).max(KEYS_MAX) });

/** The only kind of key that may verify; `d` would make it a private one. */
const Ed25519Key = z.object({
  kty: z.literal("OKP"),
  crv: z.literal(TOKEN_CURVE),
  kid: z.string().min(1).max(128),
  x: z.string().max(64),
  alg: z.literal(TOKEN_ALGORITHM).optional(),
  use: z.literal("sig").optional(),
  d: z.undefined().optional(),
});

/** Keys of other kinds are left out. A set without any of ours is no answer: it would lock out everybody. */
async function keysOf(document: unknown): Promise<ReadonlyMap<string, CryptoKey>> {
  const usable = KeySet.parse(document).keys.flatMap((key) => {
    const parsed = Ed25519Key.safeParse(key);
    return parsed.success ? [parsed.data] : [];
  });
  if (usable.length === 0) throw new Error("the key set has no usable key");
  const imported = usable.map(async ({ kid, kty, crv, x }) => {
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x }, crv, false, ["verify"]);
    return [kid, key] as const;
  });
  const keys = new Map(await Promise.all(imported));
  if (keys.size < usable.length) throw new Error("two keys of the key set have one id");
  return keys;
}
