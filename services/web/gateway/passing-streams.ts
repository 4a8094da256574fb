/** The answers that go on at the moment, each from a service to a caller. */
export interface PassingStreams {
  readonly open: number;
  /**
   * Hands a service's stream on, piece by piece as the caller takes them. When the service ends or
   * breaks off, the caller's side ends; when the caller is gone, `end` is called, once in either case.
   */
  pass(from: ReadableStream<Uint8Array>, end: () => void): ReadableStream<Uint8Array>;
  /** Whether all were ended for good. */
  readonly closed: boolean;
  /** Ends them all. */
  close(): void;
}

export function passingStreams(): PassingStreams {
  const ends = new Set<() => void>();
  let closed = false;
  return {
    get open() {
      return ends.size;
    },
    pass(from, end) {
      const reader = from.getReader();
      const finish = () => {
        if (!ends.delete(finish)) return;
        end();
        // A read that waits is given its end; whether the service heard of it changes nothing here.
        void reader.cancel().catch(() => undefined);
      };
      ends.add(finish);
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          const piece = await reader.read().catch(brokenOff);
          if (piece.value !== undefined) return controller.enqueue(piece.value);
          finish();
          controller.close();
        },
        cancel: finish,
      });
    },
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      for (const finish of [...ends]) finish();
    },
  };
}

/** Half a stream is what a caller of a stream is prepared for: it connects again. */
const brokenOff = () => ({ done: true, value: undefined }) as const;
