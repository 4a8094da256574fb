import type { Delivery, Subscription } from "@app/platform/messaging/broker.ts";
import type { Pull } from "./durable.ts";
import { type Connection, deliveryOf } from "./simulated-broker.ts";

interface Pulled {
  readonly stream: string;
  readonly durable: string;
  readonly inHandMax: number;
}

/** A standing pull. It asks for half of what it may hold whenever there is room for that. */
export class SimulatedSubscription implements Subscription {
  readonly #connection: Connection;
  readonly #pulled: Pulled;
  readonly #left: () => void;
  #queue: Delivery[] = [];
  #asked = 0;
  #ended: Error | undefined;
  #closed = false;
  #arrived: () => void = () => undefined;
  #pulls = new Set<Pull>();

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
    this.#asked = 0;
    this.#pulls = new Set();
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
      this.#queue.length + this.#asked + share <= inHandMax
    ) {
      this.#asked += share;
      const isOld = () => this.#connection.epoch !== epoch;
      const pull: Pull = {
        wanted: share,
        deliver: (message, redelivered) =>
          link.toClient("delivery", () => {
            // It was on its way when the connection broke: its ack wait will pass.
            if (isOld()) return;
            this.#take(
              deliveryOf(this.#connection, this.#pulled, { ...message, redelivered }),
              pull,
            );
          }),
        end: (reason) => link.toClient("pull ended", () => this.#end(new Error(reason))),
      };
      this.#pulls.add(pull);
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
    this.#asked -= 1;
    if (pull.wanted <= 0) this.#pulls.delete(pull);
    if (this.#closed) delivery.nak(0);
    else this.#queue.push(delivery);
    this.#arrived();
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#arrived();
  }
}
