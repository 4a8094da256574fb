import type { Broker } from "./broker.ts";
import { type Wake, wakeable } from "./wake.ts";

/** Loops of one kind that run on the leader, whichever replica that is. */
export interface LeaderWakes extends Disposable {
  /** One for each loop: all of them hear every hint. */
  readonly wakes: readonly Wake[];
  /** Wakes the loops: at once where this replica leads, else by way of the broker, if it is there. */
  hint(): void;
}

export function leaderWakes(
  broker: Pick<Broker, "hint" | "onHint">,
  topic: string,
  { loops, isLeading }: { readonly loops: number; readonly isLeading: () => boolean },
): LeaderWakes {
  const wakes = Array.from({ length: loops }, wakeable);
  const wakeAll = () => {
    for (const wake of wakes) wake.wake();
  };
  const unhook = broker.onHint(topic, wakeAll);

  return {
    wakes,
    hint() {
      if (isLeading()) wakeAll();
      else broker.hint(topic);
    },
    [Symbol.dispose]: unhook,
  };
}
