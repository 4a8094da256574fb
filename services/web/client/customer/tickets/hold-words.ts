import { time } from "../../lib/format.ts";
import type { HoldStep } from "./hold-steps.ts";
import { seatsAre, seatsText } from "./seat-words.ts";

/** What is said when somebody's way with the seats of an event goes on; that a hold has ended says its notice. */
export function saidAfter(
  before: HoldStep | undefined,
  now: HoldStep | undefined,
  { eventName }: { readonly eventName: string },
): string | undefined {
  if (now?.step === "held" && before?.step === "asking")
    return `${seatsAre(now.seats)} held for you until ${time(now.endsAtMs)}.`;
  if (now?.step === "booked" && before !== undefined && before.step !== "booked")
    return `Booked: ${seatsText(now.seats)} for ${eventName}.`;
  if (now === undefined && before?.step === "held") return "Your seats went back.";
  return undefined;
}
