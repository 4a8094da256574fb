import type { Delivery, Subscription } from "@app/platform/messaging/broker.ts";
import type { Pull } from "./durable.ts";
import { type Connection, deliveryOf } from "./simulated-broker.ts";

interface Pulled {
  readonly stream: string;
  readonly durable: string;
  readonly inHandMax: number;
}

const pullExpiresMs = 10_000;

/** A standing pull. It asks for half of what it may hold whenever there is room for that. */
export class SimulatedSubscription implements Subscription {
  readonly #connection: Connection;
  readonly #pulled: Pulled;
  readonly #left: () => void;
  #queue: Delivery[] = [];
  #ended: Error | undefined;
  #closed = false;
  #arrived: () => void = () => undefined;
  /** What was asked for and is not here yet, by pull. */
  #pulls = new Map<Pull, number>();

  constructor(connection: Connection, pulled: Pulled, left: () => void) {
    this.#connection = connection;
    this.#pulled = pulled;
    this.#left = left;
    this.#ask();
  }

  async next(max: number, signal: AbortSignal): Promise<readonly Delivery[]> {
    while (this.#queue.length === 0 && !this.#ended && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        signal.addEventListener("abort", this.#arrived, { once: true });
      });
      signal.removeEventListener("abort", this.#arrived);
    }
    if (this.#queue.length === 0 && this.#ended && !signal.aborted) throw this.#ended;
    const deliveries = signal.aborted ? [] : this.#queue.splice(0, max);
    this.#ask();
    return deliveries;
  }

  waiting(): number {
    return this.#queue.length;
  }

  working(): void {
    for (const delivery of this.#queue) delivery.working();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#left();
    for (const delivery of this.#queue.splice(0)) delivery.nak(0);
    const { server } = this.#connection;
    const { stream, durable } = this.#pulled;
    const pulls = this.#pulls;
    this.#connection.send("stop pulling", () =>
      server.answer(stream, durable, (of) => of.removePulls((pull) => pulls.has(pull))),
    );
  }

  /** The connection broke: what was asked on it is forgotten there. What is here stays in hand. */
  broken(): void {
    this.#pulls = new Map();
  }

  restored(): void {
    this.#ask();
  }

  #ask(): void {
    const { stream, durable, inHandMax } = this.#pulled;
    const share = Math.max(1, Math.floor(inHandMax / 2));
    const { server, epoch, link } = this.#connection;
    while (
      !this.#closed &&
      !this.#ended &&
      this.#connection.up &&
      this.#queue.length + this.#asked() + share <= inHandMax
    ) {
      const isOld = () => this.#connection.epoch !== epoch;
      const pull: Pull = {
        wanted: share,
        deliver: (message, redelivered) =>
          link.toClient("delivery", () => {
            // It was on its way when the connection broke: its ack wait will pass.
            if (isOld()) return;
            this.#take(
              deliveryOf(
                this.#connection,
                { ...this.#pulled, isGone: () => this.#ended !== undefined },
                { ...message, redelivered },
              ),
              pull,
            );
          }),
        end: (reason) => link.toClient("pull ended", () => this.#end(new Error(reason))),
      };
      this.#pulls.set(pull, share);
      this.#connection.pulls.add(pull);
      link.after(pullExpiresMs, () => this.#expire(pull));
      this.#connection.send("pull", () => {
        try {
          server.pull(stream, durable, pull);
        } catch (error) {
          pull.end(error instanceof Error ? error.message : String(error));
        }
      });
    }
  }

  #take(delivery: Delivery, pull: Pull): void {
    const left = (this.#pulls.get(pull) ?? 0) - 1;
    if (left > 0) this.#pulls.set(pull, left);
    else this.#pulls.delete(pull);
    if (this.#closed) delivery.nak(0);
    else this.#queue.push(delivery);
    this.#arrived();
  }

  #asked(): number {
    let asked = 0;
    for (const left of this.#pulls.values()) asked += left;
    return asked;
  }

  /** A pull ends after a while, whatever came of it: something may have been lost on the way. */
  #expire(pull: Pull): void {
    const { server, pulls } = this.#connection;
    if (!this.#pulls.delete(pull)) {
      pulls.delete(pull);
      return;
    }
    const { stream, durable } = this.#pulled;
    // Until the server has heard of it the pull is the connection's: who is gone waits for nothing.
    this.#connection.send("stop pulling", () => {
      pulls.delete(pull);
      server.answer(stream, durable, (of) => of.removePulls((one) => one === pull));
    });
    this.#ask();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#arrived();
  }
}
