import { useEffect, useState } from "react";
import { problemOf } from "../../lib/problem.ts";
import { useStored } from "../../lib/use-stored.ts";
import { bookingsCalls } from "./calls.ts";
import { doorLog, sent, unsentIn } from "./door-log.ts";

const SEND_EVERY_MS = 10_000;

export interface LateEntries {
  /** How many were let in of whom the service does not know yet. */
  readonly waiting: number;
  /** How many of those that were sent had been used before: somebody came in twice. */
  readonly twice: number;
}

/** Tells the service of everybody who was let in without it, as soon as it answers again. */
export function useLateEntries(): LateEntries {
  const waiting = unsentIn(useStored(doorLog)).length;
  const [twice, setTwice] = useState(0);
  const isWaiting = waiting > 0;
  useEffect(() => {
    if (!isWaiting) return;
    let busy = false;
    const send = async () => {
      if (busy) return;
      busy = true;
      const used = await sendAll().finally(() => {
        busy = false;
      });
      if (used > 0) setTwice((before) => before + used);
    };
    const timer = setInterval(() => void send(), SEND_EVERY_MS);
    const online = () => void send();
    addEventListener("online", online);
    return () => {
      clearInterval(timer);
      removeEventListener("online", online);
    };
  }, [isWaiting]);
  return { waiting, twice };
}

/** Until one does not come through. Answers how many had been used before. */
async function sendAll(): Promise<number> {
  let used = 0;
  for (const { bookingId, ticket } of unsentIn(doorLog.get())) {
    try {
      await bookingsCalls.verifyTicket({ ticket });
    } catch (error) {
      const { isPassing, status, code } = problemOf(error);
      // Whoever is not signed in any more sends it after signing in.
      if (isPassing || status === 401 || status === 403) return used;
      if (code === "already_used") used += 1;
    }
    doorLog.set(sent(doorLog.get(), bookingId));
  }
  return used;
}
