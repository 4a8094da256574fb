import type { Fault } from "./fault.ts";
import { kill, killService } from "./kinds/kill.ts";

/** Every kind of fault, in the order in which they are listed. */
export const faults: readonly Fault[] = [kill, killService];
