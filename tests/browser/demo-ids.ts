import type { WebCalls } from "./web-calls.ts";

/** What of the demo's data the pages show. */
export interface DemoIds {
  readonly orders: Readonly<Record<"confirmed" | "short" | "cancelled" | "stuck", number>>;
  readonly events: Readonly<Record<"free" | "fewLeft" | "soldOut", string>>;
  /** Of the demo's customer. */
  readonly booking: string;
}

/** Looks the demo's data up, and books two seats for its customer where that was not done before. */
export async function demoIds(calls: WebCalls): Promise<DemoIds> {
  const { body: page } = await calls.call("GET", "/v1/orders?userId=demo&limit=100");
  const orders: readonly { id: number; note: string }[] = page.orders;
  const order = (note: RegExp) => found(note, orders, (one) => one.note).id;
  const { body } = await calls.call("GET", "/events?limit=100");
  const events: readonly { id: string; name: string; seatsLeft: number }[] = body.events;
  const event = (name: RegExp) => found(name, events, (one) => one.name).id;
  const free = events.find(
    ({ name, seatsLeft }) => seatsLeft > 100 && !/full|sold/i.test(name),
  )?.id;
  if (!free) throw new Error("the demo has no event with seats to book");
  return {
    orders: {
      confirmed: order(/a confirmed order of several lines/),
      short: order(/too few/),
      cancelled: order(/cancelled by its customer/),
      stuck: order(/cannot be read/),
    },
    events: { free, fewLeft: event(/nearly full/i), soldOut: event(/sold out/i) },
    booking: await bookingOf(calls, free),
  };
}

function found<One>(
  pattern: RegExp,
  all: readonly One[],
  textOf: (one: One) => string | undefined,
): One {
  const one = all.find((each) => pattern.test(textOf(each) ?? ""));
  if (!one) throw new Error(`the demo has nothing like ${pattern}: ${all.map(textOf).join(", ")}`);
  return one;
}

async function bookingOf({ call, tokenOf }: WebCalls, eventId: string): Promise<string> {
  const { status, body } = await call("POST", `/events/${eventId}/bookings`, {
    token: await tokenOf("customer"),
    body: { seats: 2 },
    headers: { "idempotency-key": `pages ${eventId}` },
  });
  if (status !== 201) throw new Error(`the demo's customer could not book: ${status}`);
  return body.id;
}
