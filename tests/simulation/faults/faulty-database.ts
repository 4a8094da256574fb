import type { Boundary } from "../boundary.ts";
import { connectionClosed } from "../models/database-error.ts";
import type { SimulatedProcess } from "../world/process.ts";
import type { FaultRates } from "./fault-rates.ts";

/** The wire between a process and its database: a statement may be lost, or only the word of it. */
export function faultyDatabase({ boundary }: SimulatedProcess, faults: FaultRates): Boundary {
  return (name, effect) => {
    // The end of a connection is no statement: it is noticed in any case.
    if (name === "lease.lost") return boundary(name, effect);
    if (faults.strikes("statement lost"))
      return boundary(name, () => {
        throw connectionClosed();
      });
    if (faults.strikes("statement's reply lost"))
      return boundary(name, () => {
        effect();
        throw connectionClosed();
      });
    return boundary(name, effect);
  };
}
