import type { Delivery } from "@app/platform/messaging/broker.ts";

/** What a consumer came to that works on two batches at once. */
export const batchHappenings = [
  "a second begins",
  "both share a key",
  "the second is done first",
  "a message of the first is given back",
  "the process is killed",
] as const;

export type BatchSeen = (happening: (typeof batchHappenings)[number]) => void;

interface Batch {
  readonly keys: ReadonlySet<string>;
  readonly unanswered: Set<Delivery>;
}

/** The batches of one process that were taken and are not all answered, the oldest first. */
export class Batches {
  readonly #seen: BatchSeen;
  #underWay: readonly Batch[] = [];

  constructor(seen: BatchSeen) {
    this.#seen = seen;
  }

  /** The same deliveries, whose answers are noticed. */
  taken(deliveries: readonly Delivery[]): readonly Delivery[] {
    if (deliveries.length === 0) return deliveries;
    const batch: Batch = { keys: new Set(deliveries.map(keyOf)), unanswered: new Set(deliveries) };
    const [first] = this.#underWay;
    if (first) {
      this.#seen("a second begins");
      if (!first.keys.isDisjointFrom(batch.keys)) this.#seen("both share a key");
    }
    this.#underWay = [...this.#underWay, batch];
    return deliveries.map((delivery) => ({
      ...delivery,
      ack: () => {
        this.#answered(batch, delivery);
        delivery.ack();
      },
      nak: (delayMs) => {
        if (this.#underWay.length > 1 && this.#underWay[0] === batch)
          this.#seen("a message of the first is given back");
        this.#answered(batch, delivery);
        delivery.nak(delayMs);
      },
    }));
  }

  killed(): void {
    if (this.#underWay.length > 1) this.#seen("the process is killed");
  }

  #answered(batch: Batch, delivery: Delivery): void {
    if (!batch.unanswered.delete(delivery) || batch.unanswered.size > 0) return;
    if (this.#underWay.length > 1 && this.#underWay[0] !== batch)
      this.#seen("the second is done first");
    this.#underWay = this.#underWay.filter((other) => other !== batch);
  }
}

/** Subjects end in the id of what they are about. */
const keyOf = ({ subject }: Delivery): string => subject.slice(subject.lastIndexOf(".") + 1);
