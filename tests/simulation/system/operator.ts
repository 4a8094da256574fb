import { consumers } from "../checks.ts";
import { messagingTables } from "../models/messaging-tables.ts";
import type { Repairs } from "./repairs.ts";
import type { Strangers } from "./strangers.ts";
import type { World } from "./world.ts";

const lookEveryMs = 1_500;

/** Redrives every dead letter that can be run, and discards the others. */
export class Operator {
  readonly #world: World;
  readonly #strangers: Strangers;

  constructor(world: World, strangers: Strangers) {
    this.#world = world;
    this.#strangers = strangers;
  }

  /** Looks again and again, for good. */
  keepLooking(): void {
    this.look();
    this.#world.scheduler.schedule(lookEveryMs, { label: "", run: () => this.keepLooking() });
  }

  /** Takes up every dead letter once. Refusals and outages leave it to the next look. */
  look(): void {
    const { databases } = this.#world;
    for (const { service, durable } of consumers) {
      const { deadLetters } = messagingTables(databases[service]).consumer(durable);
      for (const { id, key, state } of deadLetters.committed.values()) {
        if (state !== "dead") continue;
        const isHopeless = key === null || this.#strangers.hopelessKeys.has(key);
        // Two people may do the same at once, each at another replica.
        for (const running of this.#world.running(service)) {
          running.process.comeIn("operator", () => {
            const repaired = this.#repair(running.repairs, id, isHopeless);
            // Refused, or the database is away: the next look finds the letter again.
            repaired.catch(() => undefined);
          });
        }
      }
    }
  }

  /** Most often the plain way, now and then another one to the same end. */
  async #repair(repairs: Repairs, id: number, isHopeless: boolean): Promise<unknown> {
    const { chance } = this.#world;
    if (!isHopeless) return chance.happens(0.5) ? repairs.edit(id) : repairs.redrive(id);
    await repairs.discard(id);
    return chance.happens(0.2) ? repairs.restore(id) : undefined;
  }
}
