import { describe, expect, test } from "bun:test";
import { BookingStatus, HoldState } from "@app/contracts/gen/bookings/v1/bookings_service_pb.ts";
import type { Caller } from "@app/platform/auth.ts";
import { Code, ConnectError } from "@connectrpc/connect";
import { served } from "../testing/served.ts";

const ada: Caller = { subject: "ada", roles: ["customer"] };
const bob: Caller = { subject: "bob", roles: ["customer"] };
const olga: Caller = { subject: "olga", roles: ["operator"] };

/** What a call fails with. */
async function failure(call: Promise<unknown>): Promise<readonly [Code, string]> {
  const error = ConnectError.from(
    await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );
  return [error.code, error.rawMessage];
}

describe("the calls on bookings", () => {
  test("do through this door what the routes do through the other", async () => {
    await using service = await served();
    const eventId = await service.announce({ capacity: 5 });
    const rpc = service.rpc(ada);

    const { booking } = await rpc.createBooking({ eventId, seats: 2, userId: "bob" });
    const { hold } = await rpc.createHold({ eventId, seats: 1 });
    const { hold: second } = await rpc.createHold({ eventId, seats: 1 });

    expect(booking).toMatchObject({ userId: "ada", seats: 2, status: BookingStatus.CONFIRMED });
    expect(hold).toMatchObject({ userId: "ada", state: HoldState.OPEN, bookingId: "" });
    expect(await rpc.getAvailability({ eventId })).toMatchObject({
      capacity: 5,
      booked: 2,
      held: 2,
      left: 1,
    });
    const seen = await rpc.getHold({ holdId: hold?.id ?? "" });
    expect(seen.hold).toEqual(hold);
    expect(seen.now?.seconds).toBeGreaterThanOrEqual(hold?.createdAt?.seconds ?? 0n);
    expect(await failure(service.rpc(bob).getHold({ holdId: hold?.id ?? "" }))).toEqual([
      Code.NotFound,
      "not found",
    ]);
    const confirmed = await rpc.confirmHold({ holdId: hold?.id ?? "" });
    await rpc.releaseHold({ holdId: second?.id ?? "" });
    const { bookings, nextCursor } = await rpc.listBookings({ limit: 1 });
    expect(bookings.map(({ id }) => id)).toEqual([confirmed.booking?.id ?? ""]);
    const rest = await rpc.listBookings({ cursor: nextCursor });
    expect(rest.bookings.map(({ id }) => id)).toEqual([booking?.id ?? ""]);
    const cancelled = await rpc.cancelBooking({ bookingId: booking?.id ?? "" });
    expect(cancelled.booking).toMatchObject({
      status: BookingStatus.CANCELLED,
      reason: "cancelled by customer",
    });
    expect(await service.seats(eventId)).toMatchObject({ booked: 1, held: 0 });
  });

  test("give tickets and look at them", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const { booking } = await service.rpc(ada).createBooking({ eventId, seats: 2 });
    const bookingId = booking?.id ?? "";

    const { ticket } = await service.rpc(ada).getTicket({ bookingId });
    const keys = await service.rpc().listTicketKeys({});

    expect(keys.keys).toHaveLength(1);
    expect(await failure(service.rpc(ada).verifyTicket({ ticket }))).toEqual([
      Code.PermissionDenied,
      "needs the role operator",
    ]);
    const { booking: used } = await service.rpc(olga).verifyTicket({ ticket });
    expect(used).toMatchObject({ id: bookingId, status: BookingStatus.USED });
    expect(await failure(service.rpc(olga).verifyTicket({ ticket }))).toEqual([
      Code.FailedPrecondition,
      "already used",
    ]);
    expect(await failure(service.rpc(olga).verifyTicket({ ticket: "x" }))).toEqual([
      Code.InvalidArgument,
      "invalid ticket",
    ]);
  });

  test("refuse with the same words, by the codes of this door", async () => {
    await using service = await served();
    const eventId = await service.announce({ capacity: 1 });
    const rpc = service.rpc(ada);
    const { booking } = await rpc.createBooking({ eventId, seats: 1 });

    expect(await failure(rpc.createBooking({ eventId, seats: 1 }))).toEqual([
      Code.FailedPrecondition,
      "not enough seats",
    ]);
    expect(await failure(rpc.createBooking({ eventId, seats: 0 }))).toEqual([
      Code.InvalidArgument,
      "seats must be > 0",
    ]);
    expect(await failure(rpc.createHold({ eventId: "x", seats: 0 }))).toEqual([
      Code.InvalidArgument,
      "invalid id",
    ]);
    expect(await failure(service.rpc(bob).getBooking({ bookingId: booking?.id ?? "" }))).toEqual([
      Code.NotFound,
      "not found",
    ]);
  });

  test("make one booking of one key", async () => {
    await using service = await served();
    const eventId = await service.announce();
    const replayed: (string | null)[] = [];
    const once = () =>
      service.rpc(ada).createBooking(
        { eventId, seats: 1 },
        {
          headers: { "idempotency-key": "k" },
          onHeader: (headers) => void replayed.push(headers.get("idempotency-replayed")),
        },
      );

    const [first, again] = [await once(), await once()];

    expect(again.booking?.id).toBe(first.booking?.id ?? "");
    expect(replayed).toEqual([null, "true"]);
  });
});
