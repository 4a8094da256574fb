import type { Coverage } from "../coverage.ts";
import type { Chance } from "../world/chance.ts";
import type { PassingFault } from "./fault-kinds.ts";

/** How likely each passing fault is at this moment. */
export class FaultRates {
  readonly #chance: Chance;
  readonly #coverage: Coverage;
  readonly #rates = new Map<PassingFault, number>();

  constructor(chance: Chance, coverage: Coverage) {
    this.#chance = chance;
    this.#coverage = coverage;
  }

  set(kind: PassingFault, rate: number): void {
    if (rate > 0) this.#rates.set(kind, rate);
    else this.#rates.delete(kind);
  }

  clear(): void {
    this.#rates.clear();
  }

  /** Whether this fault strikes now. Counted as reached when it does. */
  strikes(kind: PassingFault): boolean {
    const rate = this.#rates.get(kind);
    if (rate === undefined || !this.#chance.happens(rate)) return false;
    this.#coverage.add("fault", kind);
    return true;
  }
}
