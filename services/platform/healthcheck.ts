/**
 * Asks a service on this machine whether it is ready: `bun healthcheck.ts 8080` exits 0 or 1.
 * Images hold no shell and no curl, so this is how a container runtime asks.
 */
export async function isReady(port: number, timeoutMs: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal });
    return response.ok;
  } catch (error) {
    console.error(`no answer on port ${port}:`, error);
    return false;
  }
}

const answerLimitMs = 3_000;

if (import.meta.main) {
  process.exitCode = (await isReady(Number(Bun.argv[2]), answerLimitMs)) ? 0 : 1;
}
