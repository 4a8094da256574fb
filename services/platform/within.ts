/** Waits for `promise`, but `limitMs` at most: then rejects with `failure`. What was asked goes on unheard. */
export async function within<T>(
  promise: Promise<T>,
  limitMs: number,
  failure: string | Error,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(typeof failure === "string" ? new Error(failure) : failure),
      limitMs,
    );
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
