/** One watch: a slot for the newest state that was not read yet, and whoever waits for it. */
export class Watcher<T> implements AsyncIterableIterator<T, undefined> {
  /** The newest version offered. */
  version: number;
  #unread: { readonly state: T } | undefined;
  #reader: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;
  #ended = false;
  readonly #leave: (self: Watcher<T>) => void;
  #forgetSignals: () => void = () => undefined;

  constructor(afterVersion: number | undefined, leave: (self: Watcher<T>) => void) {
    this.version = afterVersion ?? Number.NEGATIVE_INFINITY;
    this.#leave = leave;
  }

  offer(state: T, version: number): void {
    if (version <= this.version || this.#ended) return;
    this.version = version;
    this.#unread = { state };
    this.#reader?.resolve(this.#read(this.#unread));
  }

  endWith(...signals: readonly AbortSignal[]): void {
    const end = () => this.#end();
    for (const signal of signals) signal.addEventListener("abort", end, { once: true });
    this.#forgetSignals = () => {
      for (const signal of signals) signal.removeEventListener("abort", end);
    };
    if (signals.some(({ aborted }) => aborted)) end();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#ended) return { done: true, value: undefined };
    if (this.#unread) return this.#read(this.#unread);
    this.#reader ??= Promise.withResolvers();
    return this.#reader.promise;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #read({ state }: { readonly state: T }): IteratorResult<T, undefined> {
    this.#unread = undefined;
    this.#reader = undefined;
    return { done: false, value: state };
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unread = undefined;
    this.#forgetSignals();
    this.#leave(this);
    this.#reader?.resolve({ done: true, value: undefined });
  }
}
