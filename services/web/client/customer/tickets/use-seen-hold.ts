import type { Hold } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { problemOf } from "../../lib/problem.ts";
import type { BookingsCalls } from "./calls.ts";
import type { HoldNews } from "./hold-steps.ts";
import { serverClock } from "./server-clock.ts";
import type { TimeSighting } from "./server-time.ts";
import { useBookingsCalls } from "./use-bookings-calls.ts";

export interface SeenHold {
  readonly hold: Hold;
  readonly sighting: TimeSighting;
}

const LOOK_EVERY_MS = 20_000;
/** Once its time seems to be over, the service soon says whether it is. */
const LOOK_AT_END_MS = 1_000;

/**
 * Looks at a hold now and then, whenever somebody comes back to the page, and often when its time is
 * over: it may have been confirmed, released or ended elsewhere. Each look also tells the time.
 */
export function useSeenHold(
  holdId: string | undefined,
  { isOver, told }: { readonly isOver: boolean; readonly told: (news: HoldNews) => void },
) {
  const calls = useBookingsCalls();
  const query = useQuery({
    queryKey: ["hold", holdId],
    queryFn: ({ signal }) => lookAt({ holdId: holdId ?? "", calls }, signal),
    enabled: holdId !== undefined,
    staleTime: 0,
    gcTime: 0,
    refetchInterval: isOver ? LOOK_AT_END_MS : LOOK_EVERY_MS,
    refetchOnWindowFocus: "always",
    refetchOnReconnect: "always",
  });
  const { data, error } = query;
  const seen = useEffectEvent(({ hold, sighting }: SeenHold) => {
    serverClock.hear(sighting);
    told({ news: "seen", hold, nowMs: sighting.serverMs });
  });
  const unknown = useEffectEvent(() => told({ news: "unknown" }));

  useEffect(() => {
    if (data) seen(data);
  }, [data]);
  useEffect(() => {
    if (error && problemOf(error).status === 404) unknown();
  }, [error]);
  return query;
}

interface HoldOf {
  readonly holdId: string;
  readonly calls: BookingsCalls;
}

async function lookAt({ holdId, calls }: HoldOf, signal: AbortSignal): Promise<SeenHold> {
  const sentMs = Date.now();
  const { hold, now } = await calls.getHold({ holdId }, { signal });
  if (hold === undefined || now === undefined) throw new Error("the answer holds no hold");
  return { hold, sighting: { serverMs: timestampMs(now), sentMs, heardMs: Date.now() } };
}
