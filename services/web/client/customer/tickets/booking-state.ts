import { type Booking, BookingStatus } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import { timestampDate } from "@bufbuild/protobuf/wkt";

/** What became of a booking, in words that people use. */
export interface BookingWords {
  readonly tone: "ok" | "bad" | "plain";
  readonly icon: "check" | "x" | "clock";
  readonly text: string;
}

const BY_CUSTOMER = "cancelled by customer";
const BY_ORGANISER = "event is cancelled";

/** `time` tells a moment in the reader's way. */
export function wordsOf(
  { status, reason, usedAt }: Pick<Booking, "status" | "reason" | "usedAt">,
  { isOver, time }: { readonly isOver: boolean; readonly time: (moment: Date) => string },
): BookingWords {
  if (status === BookingStatus.USED) {
    const at = usedAt ? ` ${time(timestampDate(usedAt))}` : "";
    return { tone: "plain", icon: "check", text: `Checked in${at}` };
  }
  if (status === BookingStatus.CANCELLED)
    return { tone: "bad", icon: "x", text: cancelledText(reason) };
  if (isOver) return { tone: "plain", icon: "clock", text: "Over, not used" };
  return { tone: "ok", icon: "check", text: "Booked" };
}

/** Who cancelled a booking, in words. */
export function cancelledText(reason: string): string {
  if (reason === BY_CUSTOMER) return "Cancelled by you";
  if (reason === BY_ORGANISER) return "Cancelled by the organiser";
  return `Cancelled: ${reason}`;
}
