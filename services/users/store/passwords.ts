import { Refusal } from "@app/platform/errors.ts";

/** The two pieces of work, as `Bun.password` does them. */
export interface PasswordWork {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

/** The same in turn. Whose `signal` has aborted by then is refused without the work: it waited too long. */
export interface Passwords {
  hash(password: string, signal?: AbortSignal): Promise<string>;
  verify(password: string, hash: string, signal?: AbortSignal): Promise<boolean>;
  /** Does the work of a `verify` that fails, for an address that nobody has. */
  verifyNobody(password: string, signal?: AbortSignal): Promise<false>;
}

export interface PasswordLimits {
  /** Pieces of work at once; each takes 19 MiB and a core. */
  readonly workersMax: number;
  /** So many wait; more are refused, because they would only time out. */
  readonly waitingMax: number;
}

const defaultLimits: PasswordLimits = { workersMax: 2, waitingMax: 64 };

/** The first choice of OWASP's password storage cheat sheet. Hashes of other costs are verified too. */
const cost = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

const argon2id: PasswordWork = {
  hash: (password) => Bun.password.hash(password, cost),
  verify: (password, hash) => Bun.password.verify(password, hash),
};

/** Of a password that was thrown away. It costs what a new hash costs; a test holds the two together. */
export const nobodysHash =
  "$argon2id$v=19$m=19456,t=2,p=1$Zn5B+oNb4YO7QpyU68RcS4feGgqB8t3iGHNGzrvYqA0$nTnN/S256AJfpjShA+c0mraQo+9VsYebu4O9Bl3iD6I";

/**
 * argon2id, a little at a time: memory and processors are bounded, however many sign in at once.
 * Whoever finds no place in the queue is refused with kind `unavailable` before any work is done.
 */
export function passwords(
  work: PasswordWork = argon2id,
  limits: PasswordLimits = defaultLimits,
): Passwords {
  const inTurn = queue(limits);
  return {
    hash: (password, signal) => inTurn(() => work.hash(password), signal),
    verify: (password, hash, signal) => inTurn(() => work.verify(password, hash), signal),
    async verifyNobody(password, signal) {
      await inTurn(() => work.verify(password, nobodysHash), signal);
      return false;
    },
  };
}

type InTurn = <T>(work: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

function queue({ workersMax, waitingMax }: PasswordLimits): InTurn {
  const waiting: (() => void)[] = [];
  let working = 0;

  return async (work, signal) => {
    if (working >= workersMax) {
      if (waiting.length >= waitingMax) throw tooManySignIns();
      // Whoever leaves hands over its place, so that nobody can step in between.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      working += 1;
    }
    try {
      if (signal?.aborted) throw tooManySignIns();
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else working -= 1;
    }
  };
}

function tooManySignIns(): Refusal {
  return new Refusal("unavailable", "too_many_sign_ins", "too many sign in at the moment", {
    retryAfterSeconds: 1,
  });
}
