import { BookingsService } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { EventsService } from "@app/contracts/gen/events/v1/events_service_pb.ts";
import { OrdersService } from "@app/contracts/gen/orders/v1/orders_service_pb.ts";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { ProblemNotice } from "../../kit/problem-notice.tsx";
import { Bone, Skeleton } from "../../kit/skeleton.tsx";
import { problemOf } from "../../lib/problem.ts";
import { clientOf } from "../../lib/transport.ts";
import { ConsolePage } from "../console-page.tsx";
import { useFilters } from "../filters.ts";
import { GoTo } from "../go-to.tsx";
import { MessagePlace, useFoundMessage } from "./message.tsx";

const orders = clientOf(OrdersService);
const bookings = clientOf(BookingsService);
const events = clientOf(EventsService);

/** A UUID of which nobody said what it is: it is looked for everywhere, and followed where it is one thing. */
export function FollowAnything({ id }: { readonly id: string }) {
  const [, setFilters] = useFilters();
  const answers = useFoundMessage(id);
  const guesses = useGuesses(id);
  const message = answers.find(({ value }) => value?.found)?.value?.found;
  const isMessage = message !== undefined && message !== null;
  const only = !isMessage && guesses.data?.length === 1 ? guesses.data[0] : undefined;
  useEffect(() => {
    if (only !== undefined) setFilters({ of: only.of });
  }, [only, setFilters]);

  return (
    <ConsolePage title="Follow" about={<code>{id}</code>}>
      {guesses.isPending && !isMessage && (
        <Skeleton label="Asking every service what it is">
          <Bone height="9rem" />
        </Skeleton>
      )}
      {guesses.error !== null && <ProblemNotice problem={problemOf(guesses.error)} />}
      {(guesses.data ?? []).length > 0 && (
        <section className="card pad" aria-labelledby="guesses-h">
          <h2 id="guesses-h" className="h3">
            It is
          </h2>
          <ul>
            {(guesses.data ?? []).map(({ of, what }) => (
              <li key={of}>
                <GoTo to="/console/follow" search={{ of }}>
                  {what}
                </GoTo>
              </li>
            ))}
          </ul>
        </section>
      )}
      {(isMessage || guesses.data?.length === 0) && <MessagePlace answers={answers} />}
    </ConsolePage>
  );
}

interface Guess {
  readonly of: string;
  readonly what: string;
}

/** What the services know under this id; those that are away know nothing just now. */
function useGuesses(id: string) {
  return useQuery({
    queryKey: ["what is", id],
    queryFn: async (): Promise<readonly Guess[]> => {
      const found = await Promise.all([
        known(`booking/${id}`, "a booking", bookings.getBooking({ bookingId: id })),
        known(`event/${id}`, "an event", events.getEvent({ eventId: id })),
        known(`location/${id}`, "a location", events.getLocation({ locationId: id })),
        userWith(id),
      ]);
      return found.flat();
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function known(of: string, what: string, asked: Promise<unknown>): Promise<readonly Guess[]> {
  try {
    await asked;
    return [{ of, what }];
  } catch (error) {
    const { status } = problemOf(error);
    if (status === 404 || status === 400 || status === 0 || status >= 500) return [];
    throw error;
  }
}

/** Whoever ordered or booked something; an account that did neither is not known here. */
async function userWith(id: string): Promise<readonly Guess[]> {
  const counts = await Promise.allSettled([
    orders.listOrders({ userId: id, limit: 1 }).then((page) => page.orders.length),
    bookings.listBookings({ userId: id, limit: 1 }).then((page) => page.bookings.length),
  ]);
  const found = counts.some((each) => each.status === "fulfilled" && each.value > 0);
  return found ? [{ of: `user/${id}`, what: "a user" }] : [];
}
