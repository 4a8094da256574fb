import { useState } from "react";
import { type Problem, problemOf } from "../../lib/problem.ts";
import type { HeldSeats } from "./hold-steps.ts";
import { useBookingsCalls } from "./use-bookings-calls.ts";

export interface Releasing {
  readonly releasing: boolean;
  /** Resolves to whether the seats went back. */
  readonly release: () => Promise<boolean>;
}

interface ReleaseOptions {
  readonly started: () => void;
  readonly gone: (holdId: string) => void;
  readonly refused: (problem: Problem) => void;
}

/** Lets go of seats because somebody wants to; once however often it is pressed. */
export function useReleasedSeats(
  held: HeldSeats | undefined,
  { started, gone, refused }: ReleaseOptions,
): Releasing {
  const calls = useBookingsCalls();
  const [releasing, setReleasing] = useState(false);
  const release = async (): Promise<boolean> => {
    if (held === undefined || releasing) return false;
    setReleasing(true);
    started();
    try {
      await calls.releaseHold({ holdId: held.holdId });
      gone(held.holdId);
      return true;
    } catch (error) {
      refused(problemOf(error));
      return false;
    } finally {
      setReleasing(false);
    }
  };
  return { releasing, release };
}
