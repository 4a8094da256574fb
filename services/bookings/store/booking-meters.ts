import { counterMeter, histogramMeter } from "@app/platform/meters.ts";
import type { BookedListener } from "./bookings-api.ts";

/** What is counted of bookings, each once, after it is committed. */
export function bookingMeters() {
  const seatsBooked = counterMeter({
    name: "myevents_bookings_count",
    help: "Seats that were booked, by event.",
    labels: ["eventID", "eventName"],
  });
  const seatsPerBooking = histogramMeter({
    name: "myevents_seats_per_booking",
    help: "Seats of each booking.",
    buckets: [1, 2, 3, 4],
  });
  const booked: BookedListener = ({ eventId, eventName, seats }) => {
    seatsBooked.add(seats, { eventID: eventId, eventName });
    seatsPerBooking.observe(seats);
  };
  return { meters: [seatsBooked, seatsPerBooking], booked };
}
