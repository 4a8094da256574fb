import { useEffect } from "react";
import { useSession } from "../lib/session.tsx";
import { useSummary } from "./overview/use-overview.ts";
import { onRefusedAct } from "./refused-acts.ts";

/**
 * Reads the account anew once every service says no: its role was taken away, and the page is the
 * one that says so and lets somebody else sign in. The same once an act is refused for the role: an
 * operator became a viewer, and its buttons stop. A role that was given back counts from then on.
 */
export function useRefusedRole(): void {
  const { readAgain } = useSession();
  const { refused } = useSummary();
  useEffect(() => {
    if (refused) readAgain();
  }, [refused, readAgain]);
  useEffect(() => onRefusedAct(readAgain), [readAgain]);
}
