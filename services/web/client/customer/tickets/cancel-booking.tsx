import type { Booking } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { toast } from "../../kit/toast.tsx";
import { type Problem, problemOf } from "../../lib/problem.ts";
import { seatsText } from "./seat-words.ts";
import { useBookingsCalls } from "./use-bookings-calls.ts";

/** Asks whether a booking is to be cancelled, says what follows, and does it. */
export function CancelBooking({ booking }: { readonly booking: Booking }) {
  const { id, eventName, seats } = booking;
  const queries = useQueryClient();
  const calls = useBookingsCalls();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const ask = () => {
    setProblem(undefined);
    setOpen(true);
  };
  const cancel = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await calls.cancelBooking({ bookingId: id });
      setOpen(false);
      toast({ text: `${seatsText(seats)} for ${eventName} went back.` });
      await queries.invalidateQueries({ queryKey: ["bookings"] });
      await queries.invalidateQueries({ queryKey: ["booking"] });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button kind="quiet" className="ticket__cancel" onClick={ask}>
        Cancel booking
      </Button>
      <Dialog
        open={open}
        busy={busy}
        onClose={() => setOpen(false)}
        title={`Give back ${seatsText(seats)} for ${eventName}?`}
        foot={
          <>
            <Button disabled={busy} onClick={() => setOpen(false)}>
              Keep my seats
            </Button>
            <Button kind="danger" busy={busy} onClick={() => void cancel()}>
              {busy ? "Cancelling booking" : "Cancel booking"}
            </Button>
          </>
        }
      >
        <p>
          The seats are free for others at once, and the ticket lets nobody in any more. This cannot
          be undone: to come after all you book again, if seats are left.
        </p>
        {problem && (
          <ProblemNotice
            problem={problem}
            title={problem.isPassing ? "Nobody said whether it is cancelled" : "The booking stands"}
          >
            <p>Cancelling it again is safe.</p>
          </ProblemNotice>
        )}
      </Dialog>
    </>
  );
}
