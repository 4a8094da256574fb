import { drainMicrotasks } from "bun:jsc";

/** Whose event it is: one of a dead owner never happens, one of a paused owner happens later. */
export interface Owner {
  readonly name: string;
  readonly alive: boolean;
  readonly paused: boolean;
  /** Keeps an event until the owner goes on. */
  postpone(event: Scheduled): void;
}

export interface Scheduled {
  readonly atMs: number;
  readonly label: string;
  readonly owner: Owner | undefined;
  /** Happens also while its owner is paused: it has left the process already. */
  readonly outside: boolean;
  readonly run: () => void;
  cancelled: boolean;
  order: number;
}

export interface Moment {
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
}

/** What one history may come to; more means that something runs in a circle. */
const eventsMax = 400_000;

/**
 * Time, and everything that happens in it, one event after the other. After each event all code that
 * it woke runs to where it waits again, so nothing but the seed decides the order. Wholly
 * synchronous: no real timer, no real wait.
 */
export class Scheduler {
  nowMs = 0;
  /** Whose event runs now. */
  current: Owner | undefined;
  events = 0;
  /** Grows with every event: equal hashes mean equal histories. */
  hash = 0x811c9dc5;
  /** Every event and note, when wanted. */
  readonly timeline: Moment[] | undefined;
  readonly #heap: Scheduled[] = [];
  readonly #labels = new Map<string, number>();
  #order = 0;

  constructor({ traced = false }: { readonly traced?: boolean } = {}) {
    if (traced) this.timeline = [];
  }

  schedule(
    delayMs: number,
    event: Pick<Scheduled, "label" | "run"> & Partial<Pick<Scheduled, "owner" | "outside">>,
  ): Scheduled {
    const { label, run, owner, outside = false } = event;
    const atMs = this.nowMs + Math.max(0, delayMs);
    const scheduled = { atMs, label, owner, outside, run, cancelled: false, order: this.#order++ };
    this.#push(scheduled);
    return scheduled;
  }

  /** Runs events until `isOver` says so, or until that much time has passed. */
  runUntil(untilMs: number, isOver: () => boolean = () => false): void {
    drainMicrotasks();
    while (!isOver()) {
      const event = this.#heap[0];
      if (!event || event.atMs > untilMs) {
        this.nowMs = Math.max(this.nowMs, untilMs);
        return;
      }
      this.#pop();
      this.#perform(event);
    }
  }

  /** Something worth knowing for whoever reads the history. */
  note(who: string, what: string): void {
    this.#mix(what);
    this.timeline?.push({ atMs: this.nowMs, who, what });
  }

  #perform(event: Scheduled): void {
    const { owner, label } = event;
    if (event.cancelled || owner?.alive === false) return;
    if (owner?.paused && !event.outside) {
      owner.postpone(event);
      return;
    }
    this.events += 1;
    if (this.events > eventsMax) throw new Error(`a history of more than ${eventsMax} events`);
    this.nowMs = Math.max(this.nowMs, event.atMs);
    this.#mix(label);
    if (this.timeline && label !== "")
      this.timeline.push({ atMs: this.nowMs, who: owner?.name ?? "world", what: label });
    this.current = owner;
    event.run();
    drainMicrotasks();
    this.current = undefined;
  }

  #mix(label: string): void {
    let code = this.#labels.get(label);
    if (code === undefined) {
      code = 0;
      for (let at = 0; at < label.length; at += 1)
        code = Math.imul(code ^ label.charCodeAt(at), 0x01000193);
      this.#labels.set(label, code);
    }
    const time = Math.floor(this.nowMs * 1_000) | 0;
    this.hash = Math.imul(Math.imul(this.hash ^ code, 0x01000193) ^ time, 0x01000193) >>> 0;
  }

  #push(event: Scheduled): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!parent || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      let least = heap[child];
      const right = heap[child + 1];
      if (least && right && isBefore(right, least)) {
        child += 1;
        least = right;
      }
      if (!least || isBefore(last, least)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (one: Scheduled, other: Scheduled) =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
