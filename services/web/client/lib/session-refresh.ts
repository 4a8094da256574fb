import { sessionRecord } from "./session-record.ts";

/** Renewed this long before the end, so that no call is on its way when the token ends. */
const marginMs = 30_000;
const timeoutMs = 10_000;

let underWay: Promise<boolean> | undefined;

/** Renews a session that is about to end. Where guests are let in, an ended one is not even refused. */
export async function keepSessionFresh(): Promise<void> {
  const record = sessionRecord.get();
  if (record !== null && record.expiresAt - Date.now() < marginMs) await refreshSession();
}

/**
 * Asks for new tokens, once for all calls of all tabs that find theirs ended. False when there is no
 * session, it is over, or nobody answers; only the second forgets who was signed in.
 */
export function refreshSession(): Promise<boolean> {
  const seen = sessionRecord.get()?.expiresAt;
  if (seen === undefined) return Promise.resolve(false);
  underWay ??= oneTabAtATime(() => renew(seen)).finally(() => {
    underWay = undefined;
  });
  return underWay;
}

async function renew(seen: number): Promise<boolean> {
  const record = sessionRecord.get();
  if (record === null) return false;
  // Another tab has done it while this one waited for its turn.
  if (record.expiresAt !== seen) return true;
  try {
    const response = await fetch("/api/refresh", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 401) sessionRecord.set(null);
    if (!response.ok) return false;
    const { expiresIn } = (await response.json()) as { readonly expiresIn: number };
    sessionRecord.set({ ...record, expiresAt: Date.now() + expiresIn * 1_000 });
    return true;
  } catch (error) {
    // The call that wanted the token meets the same network, and tells the reader.
    console.debug("the session was not renewed", error);
    return false;
  }
}

/** Locks of the browser hold across tabs; without them a second refresh only costs a call. */
function oneTabAtATime<T>(action: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  return locks === undefined ? action() : locks.request("quickbite.session", action);
}
