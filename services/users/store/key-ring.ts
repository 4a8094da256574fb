import { keySetOf, signingKeyOf, type TokenSigner } from "@app/platform/access-token.ts";
import type { Clock } from "@app/platform/clock.ts";
import { Refusal } from "@app/platform/errors.ts";
import type { Database } from "@app/platform/postgres.ts";
import type { Seal } from "@app/platform/sealed.ts";
import { publishedKeysAt, signingKeyAt } from "../domain/signing-key.ts";
import { readKeys, type StoredKeys } from "./signing-keys.ts";

/** The keys as this process uses them. */
export interface KeyRing {
  /** The key that signs now. */
  signer(): Promise<TokenSigner>;
  /** What verifiers need, as JSON. */
  keySet(): Promise<ReturnType<typeof keySetOf>>;
  /** Makes the next call read the keys again. */
  forget(): void;
}

export interface KeyRingSettings {
  readonly db: Database;
  readonly seal: Seal;
  readonly clock: Clock;
}

/** Well below the time for which a new key is only published. */
const FRESH_MS = 10_000;

interface Held extends StoredKeys {
  readonly readAtMs: number;
}

/**
 * Reads the keys at most every 10 seconds and judges them by the database's time, so that replicas
 * whose clocks differ change keys together. While the database is away the last keys are published.
 */
export function keyRing({ db, seal, clock }: KeyRingSettings): KeyRing {
  let held: Held | undefined;
  let isFresh = false;
  let reading: Promise<Held> | undefined;
  const opened = new Map<string, Promise<CryptoKey>>();

  const ageMs = ({ readAtMs }: Held) => clock.monotonicMs() - readAtMs;
  const nowOf = (keys: Held) => new Date(keys.now.getTime() + ageMs(keys));
  const read = () => {
    reading ??= readOnce().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const readOnce = async () => {
    const readAtMs = clock.monotonicMs();
    held = { ...(await readKeys(db)), readAtMs };
    isFresh = true;
    for (const kid of opened.keys()) {
      if (!held.keys.some((key) => key.kid === kid)) opened.delete(kid);
    }
    return held;
  };
  const current = async () => (held && isFresh && ageMs(held) < FRESH_MS ? held : read());

  return {
    async signer() {
      const keys = await current();
      const key = signingKeyAt(keys.keys, nowOf(keys));
      if (!key) throw new Refusal("unavailable", "no_signing_key", "no key to sign with");
      const { kid, sealed } = key;
      const privateKey = opened.get(kid) ?? signingKeyOf(seal.open(sealed, kid));
      opened.set(kid, privateKey);
      return { kid, privateKey: await privateKey };
    },
    async keySet() {
      const keys = await current().catch((error: unknown) => {
        if (held) return held;
        throw error;
      });
      return keySetOf(publishedKeysAt(keys.keys, nowOf(keys)));
    },
    forget() {
      isFresh = false;
    },
  };
}
