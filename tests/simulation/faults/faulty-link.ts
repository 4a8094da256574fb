import type { Link } from "../broker/link.ts";
import type { Chance } from "../world/chance.ts";
import type { SimulatedProcess } from "../world/process.ts";
import type { Scheduler } from "../world/scheduler.ts";
import type { FaultRates } from "./fault-rates.ts";

const answers: ReadonlySet<string> = new Set(["ack", "nak", "working"]);
/** Asked on a connection that loses nothing without breaking. */
const kept: ReadonlySet<string> = new Set(["pull", "stop pulling", "pull ended"]);

/** The wire between a process and the broker, with whatever goes wrong on it. */
export function faultyLink(
  process: SimulatedProcess,
  {
    faults,
    chance,
    scheduler,
  }: { readonly faults: FaultRates; readonly chance: Chance; readonly scheduler: Scheduler },
): Link {
  return {
    toBroker(what, arrive) {
      if (!process.alive) return;
      if (what === "publish") {
        if (faults.strikes("publish lost")) return;
        if (faults.strikes("publish doubled")) process.goOut("publish again", arrive);
        if (faults.strikes("publish late")) {
          // It has left the process, and outlives it.
          scheduler.schedule(chance.between(100, 15_000), { label: "late publish", run: arrive });
          return;
        }
      } else if (answers.has(what)) {
        if (faults.strikes("answer to a delivery lost")) return;
      } else if (what === "hint") {
        if (faults.strikes("hint lost")) return;
      } else if (!kept.has(what) && faults.strikes("request lost")) return;
      process.goOut(what, arrive);
    },

    toClient(what, arrive) {
      if (what === "publish" && faults.strikes("publish acknowledgement lost")) return;
      if (what === "hint" && faults.strikes("hint lost")) return;
      if (what === "delivery") {
        if (faults.strikes("delivery lost")) return;
        if (faults.strikes("delivery doubled")) process.comeIn(what, arrive);
      }
      process.comeIn(what, arrive);
    },

    after: (delayMs, run) => process.after(delayMs, run),
  };
}
