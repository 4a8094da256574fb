import type { Booking, Hold } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Problem } from "../../lib/problem.ts";
import { useSession } from "../../lib/session.tsx";
import type { HoldStep } from "./hold-steps.ts";
import { useBookingsCalls } from "./use-bookings-calls.ts";
import { type Answering, useUntilAnswered } from "./use-until-answered.ts";

interface Heard<T> {
  readonly answered: (answer: T) => void;
  readonly refused: (problem: Problem) => void;
}

/** Asks for seats as long as the step says so; its key makes it one hold however often it is sent. */
export function useAskedSeats(
  step: HoldStep | undefined,
  { eventId, ...heard }: Heard<Hold> & { readonly eventId: string },
): Answering {
  const { userId } = useSession();
  const calls = useBookingsCalls();
  return useUntilAnswered({
    ...heard,
    of: step?.step === "asking" ? step.key : undefined,
    call: async (signal) => {
      if (step?.step !== "asking") return undefined;
      const options = { headers: { "idempotency-key": step.key }, signal };
      const request = { eventId, seats: step.seats, userId: userId() };
      return (await calls.createHold(request, options)).hold;
    },
  });
}

/** Confirms a hold as long as the step says so; its key makes it one booking. */
export function useConfirmedSeats(step: HoldStep | undefined, heard: Heard<Booking>): Answering {
  const calls = useBookingsCalls();
  return useUntilAnswered({
    ...heard,
    of: step?.step === "confirming" ? step.key : undefined,
    call: async (signal) => {
      if (step?.step !== "confirming") return undefined;
      const options = { headers: { "idempotency-key": step.key }, signal };
      return (await calls.confirmHold({ holdId: step.holdId }, options)).booking;
    },
  });
}

/** Lets go of the hold in whose place another one came, and tells its id; gone already is gone. */
export function useReplacedSeats(
  step: HoldStep | undefined,
  { gone }: { readonly gone: (holdId: string) => void },
): Answering {
  const calls = useBookingsCalls();
  const holdId = step?.step === "held" ? step.releasing : undefined;
  return useUntilAnswered({
    of: holdId,
    call: async (signal) => {
      if (holdId === undefined) return undefined;
      await calls.releaseHold({ holdId }, { signal });
      return holdId;
    },
    answered: gone,
    refused: () => {
      if (holdId !== undefined) gone(holdId);
    },
  });
}
