/** The life of a key that signs tokens, as its row has it. */
export interface KeyLife {
  readonly kid: string;
  /** Published from the beginning; signs from here on. */
  readonly signsFrom: Date;
  /** When the last token expires that was promised to be good, so far. */
  readonly tokensUntil: Date;
  /** Nobody accepts it any more from here on; undefined while it has no successor. */
  readonly verifiesUntil: Date | undefined;
}

/** The key that signs now: the one that began last of those that have begun and are accepted. */
export function signingKeyAt<Key extends KeyLife>(
  keys: readonly Key[],
  now: Date,
): Key | undefined {
  return keys
    .filter((key) => key.signsFrom <= now && isAccepted(key, now))
    .toSorted((a, b) => b.signsFrom.getTime() - a.signsFrom.getTime() || compare(b.kid, a.kid))[0];
}

/** What is published: keys that sign, that will, and those whose tokens are still about. */
export function publishedKeysAt<Key extends KeyLife>(keys: readonly Key[], now: Date): Key[] {
  return keys.filter((key) => isAccepted(key, now));
}

export interface Rotation {
  /** When the new key signs its first token. */
  readonly signsFrom: Date;
  /** Keys that end with it, and when each does. */
  readonly ending: readonly { readonly kid: string; readonly verifiesUntil: Date }[];
}

export interface RotationTimes {
  /** So long is the new key only published, so that verifiers know it before it signs. */
  readonly leadMs: number;
  /** How long an ordinary token is good, and by how much clocks may differ. */
  readonly overlapMs: number;
  /** Nothing signed by the old keys counts any more, and the new one signs at once. */
  readonly compromised: boolean;
}

/** Plans the change to a new key: the old ones are accepted until their tokens are over. */
export function planRotation(
  keys: readonly KeyLife[],
  now: Date,
  { leadMs, overlapMs, compromised }: RotationTimes,
): Rotation {
  const lead = compromised ? 0 : leadMs;
  const signsFrom = new Date(now.getTime() + lead);
  const last = signsFrom.getTime() + overlapMs;
  const ending = publishedKeysAt(keys, now)
    .filter(({ verifiesUntil }) => compromised || verifiesUntil === undefined)
    .map(({ kid, tokensUntil }) => ({
      kid,
      verifiesUntil: compromised ? now : new Date(Math.max(last, tokensUntil.getTime())),
    }));
  return { signsFrom, ending };
}

function isAccepted({ verifiesUntil }: KeyLife, now: Date): boolean {
  return verifiesUntil === undefined || now < verifiesUntil;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
