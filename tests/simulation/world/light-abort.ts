type Listener = () => void;

/**
 * An AbortSignal in plain JavaScript, as far as the core uses one. The runtime's own keeps whoever
 * listens alive for as long as nobody aborts, which of a killed process nobody ever does, and takes
 * several times as long.
 */
class LightSignal {
  readonly #sources: readonly LightSignal[];
  readonly #listeners = new Set<Listener>();
  #aborted = false;
  #reason: unknown;

  constructor(sources: readonly LightSignal[] = []) {
    this.#sources = sources;
  }

  get aborted(): boolean {
    return this.#aborted || this.#sources.some(({ aborted }) => aborted);
  }

  get reason(): unknown {
    return this.#aborted ? this.#reason : this.#sources.find(({ aborted }) => aborted)?.reason;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_type: "abort", listener: Listener): void {
    if (this.aborted) return;
    if (this.#listeners.size === 0) for (const source of this.#sources) source.#follow(this.#told);
    this.#listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    for (const source of this.#sources) source.#unfollow(this.#told);
  }

  /** Only for its controller. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    this.#tell();
  }

  readonly #told = () => this.#tell();

  #follow(told: Listener): void {
    this.addEventListener("abort", told);
  }

  #unfollow(told: Listener): void {
    this.removeEventListener("abort", told);
  }

  #tell(): void {
    const told = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of told) listener();
  }

  static any(sources: readonly LightSignal[]): LightSignal {
    return new LightSignal(sources);
  }
}

/** One for all, because making one costs more than all the rest. */
const aborted = new DOMException("The operation was aborted.", "AbortError");

class LightController {
  readonly signal = new LightSignal();

  abort(reason: unknown = aborted): void {
    this.signal.abort(reason);
  }
}

/** Puts them in the place of the runtime's until disposed. A history is synchronous: nobody else sees them. */
export function lightAborts(): Disposable {
  const { AbortController, AbortSignal } = globalThis;
  Object.assign(globalThis, { AbortController: LightController, AbortSignal: LightSignal });
  return {
    [Symbol.dispose]: () => void Object.assign(globalThis, { AbortController, AbortSignal }),
  };
}
